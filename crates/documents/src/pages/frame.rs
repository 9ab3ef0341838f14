//! How the child hands pages to its parent.

use std::io::{self, Read, Write};

use super::{Drawn, Told, Unshown};
use crate::worker::frame::{self, Stream};

const TOTAL: u8 = b'T';
const PAGE: u8 = b'P';
/// Bytes of a page before its picture: width, height, whether something lacks.
const HEAD: u32 = 5;
/// How a JPEG begins.
const JPEG: [u8; 3] = [0xFF, 0xD8, 0xFF];

/// The child's side.
pub(super) fn send(out: &mut impl Write, told: &Told) -> io::Result<()> {
    match told {
        Told::Total(total) => {
            let total = u32::try_from(*total).unwrap_or(u32::MAX);
            frame::send(out, TOTAL, &total.to_le_bytes())
        }
        Told::Page(page) => {
            let mut body = Vec::with_capacity(page.jpeg.len() + HEAD as usize);
            body.extend(page.width.to_le_bytes());
            body.extend(page.height.to_le_bytes());
            body.push(u8::from(page.lacking));
            body.extend_from_slice(&page.jpeg);
            frame::send(out, PAGE, &body)
        }
    }
}

/// The parent's side: gives what comes out of `from` to `tell`. No picture of a page is longer than
/// `longest` bytes.
pub(super) fn relay(
    from: impl Read,
    longest: u32,
    tell: &mut dyn FnMut(Told) -> Result<(), Unshown>,
) -> Stream<Unshown> {
    frame::relay(from, longest.saturating_add(HEAD), |tag, body| match tag {
        TOTAL => {
            let total = u32::from_le_bytes(body.try_into().ok()?);
            Some(tell(Told::Total(usize::try_from(total).ok()?)))
        }
        PAGE => Some(tell(Told::Page(page(body)?))),
        _ => None,
    })
}

fn page(body: &[u8]) -> Option<Drawn> {
    let (width, rest) = body.split_first_chunk::<2>()?;
    let (height, rest) = rest.split_first_chunk::<2>()?;
    let (lacking, jpeg) = rest.split_first()?;
    let page = Drawn {
        width: u16::from_le_bytes(*width),
        height: u16::from_le_bytes(*height),
        lacking: *lacking != 0,
        jpeg: jpeg.to_vec(),
    };
    let sound = page.width > 0 && page.height > 0 && page.jpeg.starts_with(&JPEG);
    sound.then_some(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_and_a_stream_cut_or_bent_never_panics() {
        let page = Drawn {
            width: 1240,
            height: 1754,
            lacking: true,
            jpeg: vec![0xFF, 0xD8, 0xFF, 1, 2, 3],
        };
        let mut bytes = Vec::new();
        send(&mut bytes, &Told::Total(3)).unwrap();
        send(&mut bytes, &Told::Page(page.clone())).unwrap();
        frame::finish(&mut bytes, &Err::<(), _>(Unshown::Damaged)).unwrap();
        let mut told = Vec::new();
        let mut tell = |one| {
            told.push(one);
            Ok(())
        };
        let stream = relay(&bytes[..], 6, &mut tell);
        assert!(matches!(stream, Stream::Ended(Err(Unshown::Damaged))));
        assert_eq!(told, [Told::Total(3), Told::Page(page)]);
        // A picture longer than was agreed on is not taken.
        assert!(matches!(
            relay(&bytes[..], 5, &mut |_| Ok(())),
            Stream::Broken
        ));
        for cut in 0..bytes.len() {
            let stream = relay(&bytes[..cut], 6, &mut |_| Ok(()));
            assert!(matches!(stream, Stream::Broken), "cut at {cut}");
            let mut bent = bytes.clone();
            bent[cut] ^= 0xFF;
            let _ = relay(&bent[..], 6, &mut |_| Ok(()));
        }
    }
}
