//! `baseline-unused`: an entry of the baseline that matches nothing, or less than it says.

use crate::model::finding::{FieldPath, Severity};
use crate::rules::findings::names;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "baseline-unused",
    severity: Severity::Warning,
    kind: RuleKind::Found,
    summary: "an entry of the baseline that matches nothing",
    explain: r##"A baseline holds the findings that an inventory had on the day it was written; only new ones fail. This entry of it matches nothing any more, or fewer findings than it counts: what it stood for was mended. Left standing, it would silently accept the next fault of that kind. An entry is judged only where its rule ran.

## Fix

Write the baseline anew: `keyroll validate --write-baseline FILE` with the same paths and options. Look at the difference before you commit it: it should only grow shorter.

## Example

```json
{"keyroll-baseline":1}
{"rule":"missing-expiry","subject":"account/unicmms-production-import-hawthorne","count":1}
```

The entry is right for as long as the account has no `expires`; once it has one, the entry is reported at its line.

Source: keyroll's own: what is accepted only because it is old goes once it is mended."##,
    check,
};

fn check(_: &Facts<'_>, findings: &mut Findings) {
    for (entry, found, known) in findings.unused() {
        let rule = &entry.rule;
        let what = match &entry.what[..] {
            [] => String::new(),
            what => format!(": {}", names(what)),
        };
        let message = match (crate::rules::find(rule), found) {
            (None, _) => format!("`{rule}` is no rule"),
            (Some(known), _) if !known.can_be_known() => format!("`{rule}` stands in no baseline"),
            (Some(_), 0) => format!("`{rule}` finds this no more{what}"),
            (Some(_), 1) => {
                format!("`{rule}` finds this once, and the baseline holds {known}{what}")
            }
            (Some(_), n) => {
                format!("`{rule}` finds this {n} times, and the baseline holds {known}{what}")
            }
        };
        let field = match &*entry.field {
            "" => FieldPath::record(),
            field => FieldPath::of(field),
        };
        findings
            .at(entry.subject.clone(), field, message)
            .fix("write the baseline anew with `--write-baseline`")
            .entry(entry);
    }
}
