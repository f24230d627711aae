#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each rule of check_layers.py finds its violation in a tree that is clean otherwise."""

import os
import tempfile
import unittest

import check_layers

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
HEADER = SPDX + "#pragma once\n"
LISTS = "# SPDX-License-Identifier: Apache-2.0\n"

CLEAN = {
    "CMakeLists.txt": LISTS,
    "dev": "#!/bin/bash\n" + LISTS,
    "sidecar/base/clock.h": HEADER + "// Does not throw, and you need not catch (anything).\n",
    "sidecar/rules/rule.cc": SPDX + '#include "sidecar/yaml/node.h"\n#include "waypost/v1/a.pb.h"\n',
    "sidecar/yaml/node.cc": SPDX + "#include <yaml-cpp/yaml.h>\nvoid F() { try { G(); } catch (...) {} }\n",
    "sidecar/store/sqlite.cc": SPDX + '#include <sqlite3.h>\nconst char* k = "throw";\n',
    "sidecar/service/server.cc": SPDX + '#include <grpcpp/grpcpp.h>\nint n = 1\'000;\n',
    "sidecar/cli/main.cc": SPDX + "#include <iostream>\nint main() { try { R(); } catch (E& e) {} }\n",
    "tests/unit/base/CMakeLists.txt": LISTS + "waypost_test(base_test clock_test.cc)\n",
    "tests/unit/base/clock_test.cc": SPDX + "#include <grpcpp/grpcpp.h>\n",
    "build/release/generated.cc": "using namespace std;\n",
}

# (name, path, content, part of the expected text)
VIOLATIONS = (
    ("upward include", "sidecar/cel/a.cc", SPDX + '#include "sidecar/rules/rule.h"\n',
     "sidecar/cel may not include sidecar/rules"),
    ("sideways include", "sidecar/cel/a.cc", SPDX + '#include "sidecar/yaml/node.h"\n',
     "sidecar/cel may not include sidecar/yaml"),
    ("journey knows no store", "sidecar/journey/a.cc", SPDX + '#include "sidecar/store/store.h"\n',
     "sidecar/journey may not include sidecar/store"),
    ("store knows no rules", "sidecar/store/a.cc", SPDX + '#include "sidecar/rules/rule.h"\n',
     "sidecar/store may not include sidecar/rules"),
    ("protos below rules", "sidecar/cel/a.cc", SPDX + '#include "waypost/v1/ticket.pb.h"\n',
     "a generated proto header"),
    ("yaml-cpp elsewhere", "sidecar/rules/a.cc", SPDX + "#include <yaml-cpp/yaml.h>\n", "yaml-cpp"),
    ("SQLite elsewhere", "sidecar/pipeline/a.cc", SPDX + "#include <sqlite3.h>\n", "SQLite"),
    ("engine knows no command line", "connectors/engine/a.cc", SPDX + '#include "sidecar/cli/output.h"\n',
     "connectors/engine may not include sidecar/cli"),
    ("service knows no engine", "sidecar/service/a.cc", SPDX + '#include "connectors/engine/a.h"\n',
     "sidecar/service may not include connectors/engine"),
    ("engine knows no page", "connectors/engine/a.cc", SPDX + '#include "connectors/survey_page/a.h"\n',
     "connectors/engine may not include connectors/survey_page"),
    ("page knows no pipeline", "connectors/survey_page/a.cc", SPDX + '#include "sidecar/pipeline/a.h"\n',
     "connectors/survey_page may not include sidecar/pipeline"),
    ("OpenSSL elsewhere", "sidecar/service/a.cc", SPDX + "#include <openssl/hmac.h>\n", "OpenSSL"),
    ("throw in the engine", "connectors/engine/a.cc", SPDX + "void F() { throw 1; }\n", "nothing throws"),
    ("gRPC elsewhere", "sidecar/pipeline/a.cc", SPDX + "#include <grpcpp/grpcpp.h>\n", "gRPC"),
    ("gRPC stub elsewhere", "sidecar/store/a.cc", SPDX + '#include "x/y.grpc.pb.h"\n', "gRPC"),
    ("cpp-httplib elsewhere", "sidecar/store/a.cc", SPDX + "#include <httplib.h>\n", "cpp-httplib"),
    ("iostream elsewhere", "sidecar/rules/a.cc", SPDX + "#include <iostream>\n", "<iostream>"),
    ("throw", "sidecar/yaml/a.cc", SPDX + "void F() { throw 1; }\n", "nothing throws"),
    ("catch", "sidecar/rules/a.cc", SPDX + "void F() { try { G(); } catch (...) {} }\n", "may catch"),
    ("using namespace", "tests/unit/base/a.cc", SPDX + "using namespace std;\n", "using namespace"),
    ("no licence", "sidecar/base/a.cc", "int a;\n", "SPDX"),
    ("no licence in a script", "tests/x.py", "#!/usr/bin/env python3\n", "SPDX"),
    ("no licence in dev", "dev", "#!/bin/bash\n\n" + LISTS, "SPDX"),
    ("no pragma once", "sidecar/base/a.h", SPDX, "#pragma once"),
    ("unknown directory", "sidecar/misc/a.cc", SPDX, "no place among the layers"),
    ("unregistered test", "tests/unit/base/other_clock_test.cc", SPDX, "no target has this test"),
    ("unregistered name within a name", "tests/unit/base/k_test.cc", SPDX, "no target has this test"),
    ("too long", "sidecar/base/a.cc", SPDX + "int a;\n" * 500, "501 lines"),
)


def check(files):
    with tempfile.TemporaryDirectory() as root:
        for path, content in files.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(content)
        return check_layers.check(root)


class CheckLayersTest(unittest.TestCase):
    def test_clean_tree_passes(self):
        self.assertEqual(check(CLEAN), ([], []))

    def test_each_violation_is_found_alone_at_its_file(self):
        for name, path, content, expected in VIOLATIONS:
            with self.subTest(name):
                violations, _ = check({**CLEAN, path: content})
                self.assertEqual([path], [violation[0] for violation in violations])
                self.assertIn(expected, violations[0][2])

    def test_line_is_that_of_the_violation(self):
        text = HEADER + '/* two\nlines */\n#include "sidecar/rules/rule.h"\n'
        violations, _ = check({**CLEAN, "sidecar/cel/a.h": text})
        self.assertEqual([("sidecar/cel/a.h", 5)], [violation[:2] for violation in violations])

    def test_long_file_is_named_and_passes(self):
        violations, long_files = check({**CLEAN, "sidecar/base/a.cc": SPDX + "int a;\n" * 449})
        self.assertEqual([], violations)
        self.assertEqual([("sidecar/base/a.cc", 450)], long_files)


if __name__ == "__main__":
    unittest.main()
