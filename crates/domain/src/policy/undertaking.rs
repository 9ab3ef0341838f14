//! Which undertakings are still to be given (GZ 第三条, 第十四条).

use std::collections::BTreeMap;

use super::pack::{Pack, UndertakenAt, Undertaking};

/// The undertakings of an occasion that are not given in full; the matter goes no further while there
/// is one. `given` are the elements ticked, by undertaking.
pub fn open<'p>(
    pack: &'p Pack,
    at: UndertakenAt,
    given: &BTreeMap<String, Vec<String>>,
) -> Vec<&'p Undertaking> {
    let lacks = |undertaking: &&Undertaking| {
        let ticked = given.get(&undertaking.id).map_or(&[][..], Vec::as_slice);
        !undertaking
            .elements
            .iter()
            .all(|element| ticked.contains(element))
    };
    pack.undertakings
        .iter()
        .filter(|undertaking| undertaking.at == at)
        .filter(lacks)
        .collect()
}
