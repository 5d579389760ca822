//! What is said of a text that is no inventory. No rule of the book: the reader of files finds it, and nothing mutes it.

use crate::model::finding::Severity;
use crate::rules::rule::{Rule, RuleKind};

pub static RULE: Rule = Rule {
    id: "malformed",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "a text that is no inventory: broken TOML, an unknown key, a value of the wrong form",
    explain: "\
What stands in the file is not TOML, or not an inventory: a key that there is not, a value of the wrong form, the same
record twice. The record is left out, so nothing else is judged of it; what only follows from that is not told. It is an
error at any `--fail-on`, cannot be waived, and `--select` and `--ignore` leave it as it is.

## Fix

The message names the key and, where one is near, the one that was meant. An editor that knows the schema completes keys
and marks wrong ones as you type: `keyroll schema` prints it.

## Example

```toml
# bad: there is no key `boundry`
[account.unicmms-production-import-hawthorne]
boundry = [\"femo/hawthorne\"]
```

```toml
# good
[account.unicmms-production-import-hawthorne]
boundary = [\"femo/hawthorne\"]
```

Source: the schema of inventories",
    check: |_, _| {},
};
