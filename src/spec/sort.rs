//! Sorting.

/// Sorts by whether the first of two shall stand `before` the second; equal ones in any order.
///
/// Shell's method. Those of the standard library are quicker for lists longer than any here, and
/// take up to 10 KB of code for each kind of list.
pub fn sort<T>(items: &mut [T], before: impl Fn(&T, &T) -> bool) {
    for gap in [701, 301, 132, 57, 23, 10, 4, 1] {
        for end in gap..items.len() {
            let mut at = end;
            while at >= gap && before(&items[at], &items[at - gap]) {
                items.swap(at, at - gap);
                at -= gap;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sorts_as_the_standard_library_does() {
        for len in [0, 1, 2, 11, 100, 1500] {
            let mut items: Vec<u32> =
                (1..=len).map(|n: u32| n.wrapping_mul(2_654_435_761)).collect();
            let mut expected = items.clone();
            expected.sort_unstable();
            sort(&mut items, |a, b| a < b);
            assert_eq!(items, expected);
        }
    }
}
