//! "Did you mean": the known name nearest to a wrong one, if any is near.

/// How alike two names must be, from 0 to 1.
const NEAR: f64 = 0.7;

/// The longest name that is compared, in bytes.
const LONGEST: usize = 200;

/// The name among `among` that `name` was meant to be: a slip of the fingers, a plural, a part left out.
///
/// None where nothing is near. The first of several equally near ones.
pub fn nearest<'a>(name: &str, among: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut endless = u64::MAX;
    nearest_within(name, among, &mut endless)
}

/// As [`nearest`], with an end: of `left` it takes what the comparing costs, in pairs of bytes. None, too, and nothing left,
/// where that is not enough.
pub fn nearest_within<'a>(
    name: &str,
    among: impl IntoIterator<Item = &'a str>,
    left: &mut u64,
) -> Option<&'a str> {
    let mut best: Option<(f64, &str)> = None;
    if name.is_empty() || name.len() > LONGEST {
        return None;
    }
    let lower = name.to_lowercase();
    for candidate in among {
        let Some(rest) = left.checked_sub(cost(name, candidate)) else {
            *left = 0;
            return None;
        };
        *left = rest;
        let score = likeness(name, &lower, candidate);
        if score >= NEAR && best.is_none_or(|(known, _)| score > known) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many pairs of bytes are compared, at most, and one for the look at the length.
fn cost(name: &str, candidate: &str) -> u64 {
    let pairs = if may_be_typo(name, candidate) {
        name.len() * candidate.len()
    } else {
        0
    };
    pairs as u64 + 1
}

/// No pair whose lengths differ more than this can be near: the costly comparison is spared.
fn may_be_typo(name: &str, candidate: &str) -> bool {
    candidate.len() <= LONGEST && share(name, candidate) >= NEAR - 0.1
}

/// How long the shorter is beside the longer.
fn share(name: &str, candidate: &str) -> f64 {
    let (short, long) = (
        name.len().min(candidate.len()),
        name.len().max(candidate.len()),
    );
    short as f64 / long as f64
}

fn likeness(name: &str, lower: &str, candidate: &str) -> f64 {
    if name == candidate || candidate.is_empty() || candidate.len() > LONGEST {
        return 0.0;
    }
    let (short, long) = if name.len() <= candidate.len() {
        (name, candidate)
    } else {
        (candidate, name)
    };
    // A part that stands alone in the other: `hawthorne` in `femo/hawthorne`, `press` in `press-01`.
    let part = short.len() >= 3
        && (long.strip_prefix(short).is_some_and(begins_part)
            || long.strip_suffix(short).is_some_and(ends_part));
    let part = if part {
        NEAR + 0.2 * share(name, candidate)
    } else {
        0.0
    };
    let typo = if !may_be_typo(name, candidate) {
        0.0
    } else if short.len() <= 3 {
        // In short names one slip is a third of the name; a swap or a slip at the same length is still near.
        let distance = strsim::osa_distance(name, candidate);
        if distance <= 1 { NEAR } else { 0.0 }
    } else {
        let longest = lower.chars().count().max(candidate.chars().count());
        1.0 - strsim::osa_distance(lower, candidate) as f64 / longest as f64
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
    fn comparing_ends_with_what_there_is_to_spend() {
        let names: Vec<String> = (0..1000)
            .map(|n| format!("{}{n}", "a".repeat(60)))
            .collect();
        let among = || names.iter().map(String::as_str);
        let name = "a".repeat(61);
        let mut left = 4_000_000;
        let found = nearest_within(&name, among(), &mut left);
        assert_eq!(found, Some(names[0].as_str()));
        assert!((1..1_000_000).contains(&left), "{left}");
        assert_eq!(nearest_within(&name, among(), &mut left), None);
        assert_eq!(left, 0);
        // What is far by its length costs next to nothing.
        let mut left = 1000;
        nearest_within("a", among(), &mut left);
        assert_eq!(left, 0);
        assert_eq!(nearest_within("a", ["sop"], &mut left), None);
    }

    #[test]
    fn in_short_names_one_slip_is_near() {
        assert_eq!(nearest("sop", ["sap"]), Some("sap"));
        assert_eq!(nearest("it", ["sap"]), None);
    }
}
