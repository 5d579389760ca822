//! Whether letters follow each other as they do in words: what tells a name of many parts from a random key.

/// Which letters commonly stand behind each letter, a to z: the 200 commonest pairs of English prose and of names in
/// programs, which make nine tenths of all pairs there, and three tenths of those of random letters.
const AFTER: [&str; 26] = [
    "bcdgilmnprstuvy",   // a
    "aejlouy",           // b
    "aehiklort",         // c
    "adeiosu",           // d
    "acdefglmnprstvxy",  // e
    "aefiloru",          // f
    "einsu",             // g
    "aeio",              // h
    "abcdefglmnoprstvz", // i
    "e",                 // j
    "e",                 // k
    "adefilostuy",       // l
    "aeiops",            // m
    "acdefgiostu",       // n
    "bcdflmnoprstuw",    // o
    "aeiloprty",         // p
    "u",                 // q
    "acdegimnorstuy",    // r
    "acehiopstuy",       // s
    "acehiorstuy",       // t
    "elmnprst",          // u
    "ae",                // v
    "aehior",            // w
    "ct",                // x
    "pst",               // y
    "e",                 // z
];

/// The fewest pairs that say anything.
const FEWEST: usize = 8;

/// How many pairs of letters stand in a word, and how many of them are common.
fn pairs(word: &str) -> (usize, usize) {
    let (mut all, mut common) = (0, 0);
    for pair in word.as_bytes().windows(2) {
        let [first, second] = [pair[0].to_ascii_lowercase(), pair[1].to_ascii_lowercase()];
        if first.is_ascii_lowercase() && second.is_ascii_lowercase() {
            all += 1;
            let after = AFTER[usize::from(first - b'a')];
            common += usize::from(after.as_bytes().contains(&second));
        }
    }
    (all, common)
}

/// Whether two pairs of three are common: hardly any random word is so.
pub(super) fn reads(word: &str) -> bool {
    let (all, common) = pairs(word);
    all >= FEWEST && common * 100 >= all * 65
}

/// Whether fewer than half are common: hardly any word of a language is so.
pub(super) fn jumbles(word: &str) -> bool {
    let (all, common) = pairs(word);
    all >= FEWEST && common * 2 < all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_and_random_letters_do_not() {
        for name in [
            "MaintenanceRequestBerlin",
            "CFSwapInt16HostToLittle",
            "wartungsauftragpressenhalle",
            "ordresdetravailatelier",
        ] {
            assert!(reads(name) && !jumbles(name), "{name}: {:?}", pairs(name));
        }
        for random in ["xKjVqZsQzLmPwRtYb", "qxzvkjwqhgfdzxcv"] {
            assert!(!reads(random) && jumbles(random), "{random}");
        }
        assert!(!reads("a1b2c3") && !jumbles("a1b2c3"), "too short to say");
    }
}
