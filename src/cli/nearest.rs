//! "Did you mean": the known word closest to the one that was typed.

/// The candidate that `typed` begins, or else the one at most two slips away.
pub(super) fn nearest<'a>(
    typed: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let length = typed.chars().count();
    candidates
        .filter_map(|word| {
            let distance = distance(typed, word);
            // A word with every letter replaced resembles nothing.
            let close = distance <= 2 && distance < length;
            let begun = length > 0 && word.starts_with(typed);
            (close || begun).then_some((!begun, distance, word))
        })
        .min_by_key(|&(not_begun, distance, _)| (not_begun, distance))
        .map(|(_, _, word)| word)
}

/// Edits between two words: insert, delete, replace, or swap two neighbours
/// (Damerau-Levenshtein, no letter edited twice).
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_of_neighbours_is_one_edit() {
        assert_eq!(distance("nmae", "name"), 1);
        assert_eq!(distance("name", "name"), 0);
        assert_eq!(distance("", "name"), 4);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn a_beginning_goes_before_a_slip() {
        let words = ["env", "env-file", "detach", "dns"];
        let near = |typed| nearest(typed, words.into_iter());
        assert_eq!(near("det"), Some("detach"));
        assert_eq!(near("env-"), Some("env-file"));
        assert_eq!(near("dsn"), Some("dns"));
        assert_eq!(near("volume"), None);
    }

    #[test]
    fn a_word_with_every_letter_replaced_resembles_nothing() {
        assert_eq!(nearest("xy", ["ip", "ps"].into_iter()), None);
        assert_eq!(nearest("", ["ip"].into_iter()), None);
    }
}
