-- Why:    a line in packages of a product of the register is counted in units, so that a part of a package is exact; ADR 0056.
-- When:   before the code that counts so. The old code counts in packages: of a line that is counted in units it can
--         record nothing (units_are_told_in_packages), so that nobody is given more than was prescribed meanwhile.
-- Locks:  prescription_line and dispense, for a moment and for one reading of them.
-- Undo:   DROP COLUMN pack_units, units_out of prescription_line and units of dispense.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '300s';

ALTER TABLE prescription_line
    ADD COLUMN pack_units numeric CHECK (pack_units > 0),
    ADD COLUMN units_out  numeric NOT NULL DEFAULT 0,
    ADD CONSTRAINT units_within_allowed CHECK (units_out >= 0 AND units_out <= coalesce(allowed * pack_units, 0)),
    ADD CONSTRAINT units_are_told_in_packages CHECK (
        pack_units IS NULL OR (dispensed * pack_units <= units_out AND units_out < (dispensed + 0.000000001) * pack_units));
COMMENT ON COLUMN prescription_line.pack_units IS 'in a package of what was prescribed; null: the line is not counted in units';
COMMENT ON COLUMN prescription_line.units_out IS 'handed out, exactly; dispensed tells it in packages, rounded down';

ALTER TABLE dispense ADD COLUMN units numeric CHECK (units > 0);
