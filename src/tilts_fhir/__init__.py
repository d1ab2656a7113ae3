"""FHIR R4 without a server: read, check, search and change it. Knows nothing of Tilts; no I/O beyond its own data.

    from tilts_fhir.validation import validate_text

    for issue in validate_text(raw, "json"):
        print(issue.line, issue.column, issue.severity, issue.expression, issue.text_en)

What each module offers (import from the module; nothing is imported here, so that each costs only itself):

    validation      validate, validate_text, Options: everything that is wrong, with place and text in two languages
    library         Library, RELEASE: the definitions in reach; your own profiles and value sets go in front of R4's
    json_strict     decode_resource, decode, encode, JsonError: JSON to the letter; 1.10 stays 1.10
    xml_reader      read_xml: XML into the same tree as JSON, faults with line and column
    xml_writer      write_xml: the way back
    fhirpath        compile_expression, Compiled, Context, Node, FhirPathError
    search          extract, extract_all, parameters: what a resource is found by, ready for an index
    patch           apply_json_patch, apply_fhirpath_patch, PatchError: all or nothing
    snapshots       generate: the snapshot of a profile from its differential
    codes           Codes: what the definitions at hand say of codes and value sets
    issues          Issue: one finding; outcomes.outcome makes an OperationOutcome of many
    definitions     elements, type_definition, resource_types: the table of R4's types
    bundles         request_entries, searchset, response_bundle: Bundles taken apart and put together
    places          locate_json, locate_xml: line and column of elements

A resource is a dict as JSON has it, decimals as Decimal. No function changes what it is given, except a `Library`, which
keeps what it has worked out. Each is bounded in steps, depth and findings, so that no input can keep it busy.
Source: https://hl7.org/fhir/R4/ and, for expressions, https://hl7.org/fhirpath/N1/.

Used by the exchange, by the conformance lab and by the connector.
"""
