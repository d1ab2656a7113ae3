"""Writes all our profiles as one npm-style package; the same bytes each time.

python tools/make_package.py [FILE]      default: lv.tilts.example-VERSION.tgz here
"""

import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT / "src") not in sys.path:  # run by path
    sys.path.insert(0, str(ROOT / "src"))

from tilts.rules.profiles.packing import FILE_NAME, package  # noqa: E402


def main() -> int:
    place = Path(sys.argv[1] if len(sys.argv) > 1 else FILE_NAME)
    content = package()
    place.write_bytes(content)
    print(f"{place}  {len(content)} bytes  SHA-256 {hashlib.sha256(content).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
