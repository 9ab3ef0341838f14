//! How a child tells its parent what it reads: frames of a tag, a length and a body, little-endian.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

const FAILED: u8 = b'E';
const DONE: u8 = b'D';

/// The child's side: sends one frame. The tags `D` and `E` are those of [`finish`].
pub(crate) fn send(out: &mut impl Write, tag: u8, body: &[u8]) -> io::Result<()> {
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    out.write_all(&[tag])?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(body)
}

/// The child's side: says how the reading ended.
pub(crate) fn finish<E: Serialize>(
    out: &mut impl Write,
    outcome: &Result<(), E>,
) -> io::Result<()> {
    match outcome {
        Ok(()) => send(out, DONE, &[])?,
        Err(error) => send(out, FAILED, &serde_json::to_vec(error)?)?,
    }
    out.flush()
}

/// How a stream of frames went.
pub(crate) enum Stream<E> {
    /// The child said that it is done, or why it is not.
    Ended(Result<(), E>),
    /// The stream ended early or made no sense.
    Broken,
    /// The receiver refused to go on.
    Refused(E),
}

/// The parent's side: gives what comes out of `from` to `take`, which answers `None` to what makes no
/// sense. Trusts nothing it reads; no honest frame is longer than `longest` bytes.
pub(crate) fn relay<E: DeserializeOwned>(
    mut from: impl Read,
    longest: u32,
    mut take: impl FnMut(u8, &[u8]) -> Option<Result<(), E>>,
) -> Stream<E> {
    let mut body = Vec::new();
    loop {
        let mut head = [0; 5];
        if from.read_exact(&mut head).is_err() {
            return Stream::Broken;
        }
        let [tag, length @ ..] = head;
        let length = u32::from_le_bytes(length);
        if length > longest {
            return Stream::Broken;
        }
        body.clear();
        match (&mut from).take(u64::from(length)).read_to_end(&mut body) {
            Ok(read) if read == length as usize => {}
            _ => return Stream::Broken,
        }
        let outcome = match tag {
            DONE => return Stream::Ended(Ok(())),
            FAILED => {
                return serde_json::from_slice(&body)
                    .map_or(Stream::Broken, |error| Stream::Ended(Err(error)));
            }
            tag => take(tag, &body),
        };
        match outcome {
            None => return Stream::Broken,
            Some(Ok(())) => {}
            Some(Err(error)) => return Stream::Refused(error),
        }
    }
}
