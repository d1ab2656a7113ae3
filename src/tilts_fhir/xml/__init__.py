"""The parts of the XML codec; its doors are `tilts_fhir.xml_reader` and `tilts_fhir.xml_writer`."""
