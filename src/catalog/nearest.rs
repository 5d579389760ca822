//! "Did you mean": the known name nearest to a wrong one, if any is near.

/// How alike two names must be, from 0 to 1.
const NEAR: f64 = 0.7;

/// The longest name that is compared, in bytes.
const LONGEST: usize = 200;

/// The name among `among` that `name` was meant to be: a slip of the fingers, a plural, a part left out.
///
/// None where nothing is near. The first of several equally near ones.
pub fn nearest<'a>(name: &str, among: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(f64, &str)> = None;
    if name.is_empty() || name.len() > LONGEST {
        return None;
    }
    for candidate in among {
        let score = likeness(name, candidate);
        if score >= NEAR && best.is_none_or(|(known, _)| score > known) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn likeness(name: &str, candidate: &str) -> f64 {
    if name == candidate || candidate.is_empty() || candidate.len() > LONGEST {
        return 0.0;
    }
    let (short, long) = if name.len() <= candidate.len() {
        (name, candidate)
    } else {
        (candidate, name)
    };
    let share = short.len() as f64 / long.len() as f64;
    // A part that stands alone in the other: `hawthorne` in `femo/hawthorne`, `press` in `press-01`.
    let part = short.len() >= 3
        && (long.strip_prefix(short).is_some_and(begins_part)
            || long.strip_suffix(short).is_some_and(ends_part));
    let part = if part { NEAR + 0.2 * share } else { 0.0 };
    // No pair whose lengths differ more than this can be near: the costly comparison is spared.
    let typo = if share < NEAR - 0.1 {
        0.0
    } else if short.len() <= 3 {
        // In short names one slip is a third of the name; a swap or a slip at the same length is still near.
        let distance = strsim::damerau_levenshtein(name, candidate);
        if distance <= 1 { NEAR } else { 0.0 }
    } else {
        strsim::normalized_damerau_levenshtein(&name.to_lowercase(), candidate)
    };
    typo.max(part)
}

fn begins_part(rest: &str) -> bool {
    rest.starts_with(['-', '/', '.']) || rest == "s"
}

fn ends_part(rest: &str) -> bool {
    rest.ends_with(['-', '/', '.'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 7] = [
        "asset/view-asset-status",
        "asset/view-assets",
        "femo/berlin",
        "femo/hawthorne",
        "production",
        "staging",
        "unicmms",
    ];

    #[test]
    fn slips_plurals_and_parts_are_near() {
        for (wrong, meant) in [
            ("unicms", "unicmms"),
            ("UniCMMS", "unicmms"),
            ("asset/view-asset", "asset/view-assets"),
            ("femo/hawthorn", "femo/hawthorne"),
            ("hawthorne", "femo/hawthorne"),
            ("view-assets", "asset/view-assets"),
            ("prodcution", "production"),
        ] {
            assert_eq!(nearest(wrong, KNOWN), Some(meant), "{wrong}");
        }
    }

    #[test]
    fn what_is_far_is_not_guessed() {
        for wrong in ["", "x", "maximo", "femo/billund", "prod-uction-x-y", "sap"] {
            assert_eq!(nearest(wrong, KNOWN), None, "{wrong}");
        }
        assert_eq!(nearest("a".repeat(5000).as_str(), KNOWN), None);
        assert_eq!(nearest("unicmms", ["unicmms"]), None);
    }

    #[test]
    fn in_short_names_one_slip_is_near() {
        assert_eq!(nearest("sop", ["sap"]), Some("sap"));
        assert_eq!(nearest("it", ["sap"]), None);
    }
}
