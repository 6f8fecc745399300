"""Has the package `openapi-spec-validator` look at an OpenAPI document. Prints 0 (it has no port of its
own), then what is wrong with it.

usage: openapi_check.py FILE
"""
import json
import sys

from openapi_spec_validator import OpenAPIV31SpecValidator

print(0, flush=True)
with open(sys.argv[1], "rb") as file:
    document = json.load(file)
problems = [error.message[:200] for error in OpenAPIV31SpecValidator(document).iter_errors()]
print(json.dumps({"problems": problems}), flush=True)
