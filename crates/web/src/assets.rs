//! The files a browser needs, embedded in the program and served under names that change with their content.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::error::WebError;

/// One embedded file.
struct Asset {
    /// Name as templates know it: `app.css`.
    name: &'static str,
    /// Address as browsers know it: `/assets/app.0123456789abcdef.css`.
    path: &'static str,
    /// The hashed part, also the entity tag.
    tag: &'static str,
    /// Media type.
    kind: &'static str,
    /// Content.
    bytes: &'static [u8],
    /// The same, compressed with brotli while building.
    packed: Option<&'static [u8]>,
}

/// 64-bit FNV-1a: names need to differ when content differs, nothing more.
const fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut index = 0;
    while index < bytes.len() {
        hash ^= bytes[index] as u64;
        hash = hash.wrapping_mul(0x0000_0100_0000_01b3);
        index += 1;
    }
    hash
}

/// A fingerprint in hexadecimal digits, made while compiling so that addresses are plain constants.
const fn hexadecimal(value: u64) -> [u8; 16] {
    let digits = *b"0123456789abcdef";
    let mut text = [0; 16];
    let mut index = 0;
    while index < 16 {
        text[index] = digits[((value >> (60 - 4 * index)) & 15) as usize];
        index += 1;
    }
    text
}

macro_rules! assets {
    (@bytes packed $name:expr) => { include_bytes!(concat!(env!("OUT_DIR"), "/", $name)) };
    (@bytes plain $name:expr) => { include_bytes!(concat!("../assets/", $name)) };
    (@packed packed $name:expr) => { Some(include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".br"))) };
    (@packed plain $name:expr) => { None };
    ($($way:ident $stem:literal . $extension:literal : $kind:literal),+ $(,)?) => {
        static ASSETS: &[Asset] = &[$({
            const BYTES: &[u8] = assets!(@bytes $way concat!($stem, ".", $extension));
            const TAG: [u8; 16] = hexadecimal(fingerprint(BYTES));
            const PATH_LENGTH: usize = concat!("/assets/", $stem, "..", $extension).len() + 16;
            const PATH: [u8; PATH_LENGTH] = {
                let (head, tail) = (concat!("/assets/", $stem, "."), concat!(".", $extension));
                let mut path = [0; PATH_LENGTH];
                let mut index = 0;
                while index < PATH_LENGTH {
                    path[index] = if index < head.len() {
                        head.as_bytes()[index]
                    } else if index < head.len() + 16 {
                        TAG[index - head.len()]
                    } else {
                        tail.as_bytes()[index - head.len() - 16]
                    };
                    index += 1;
                }
                path
            };
            Asset {
                name: concat!($stem, ".", $extension),
                path: match std::str::from_utf8(&PATH) {
                    Ok(path) => path,
                    Err(_) => panic!("asset names are ASCII"),
                },
                tag: match std::str::from_utf8(&TAG) {
                    Ok(tag) => tag,
                    Err(_) => panic!("fingerprints are ASCII"),
                },
                kind: $kind,
                bytes: BYTES,
                packed: assets!(@packed $way concat!($stem, ".", $extension)),
            }
        }),+];
    };
}

assets! {
    packed "app"."css": "text/css; charset=utf-8",
    packed "public"."css": "text/css; charset=utf-8",
    packed "print"."css": "text/css; charset=utf-8",
    packed "landscape"."css": "text/css; charset=utf-8",
    packed "app"."js": "text/javascript; charset=utf-8",
    packed "lx1"."js": "text/javascript; charset=utf-8",
    packed "ceremony"."js": "text/javascript; charset=utf-8",
    packed "verify"."js": "text/javascript; charset=utf-8",
    plain "icons"."svg": "image/svg+xml",
    plain "mark"."svg": "image/svg+xml",
}

/// The address of an embedded file, for templates: `path("app.css")`. A name that does not exist gives an address
/// that answers 404; a test walks every name the templates use.
#[must_use]
pub fn path(name: &str) -> &'static str {
    ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .map_or("/assets/missing", |asset| asset.path)
}

/// Every embedded file as (name, bytes), for size and content checks.
pub fn all() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    ASSETS.iter().map(|asset| (asset.name, asset.bytes))
}

/// Routes for the embedded files.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{file}", get(serve)).route(
        "/favicon.ico",
        get(async || Redirect::permanent(path("mark.svg"))),
    )
}

async fn serve(Path(file): Path<String>, headers: HeaderMap) -> Result<Response, WebError> {
    let asset = ASSETS
        .iter()
        .find(|asset| asset.path.strip_prefix("/assets/") == Some(&*file))
        .ok_or(WebError::NotFound)?;
    let tag = format!("\"{}\"", asset.tag);
    let cached = [
        (
            header::CACHE_CONTROL,
            "public, max-age=31536000, immutable".to_owned(),
        ),
        (header::ETAG, tag.clone()),
    ];
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains(&tag));
    let kind = [(header::CONTENT_TYPE, asset.kind)];
    Ok(match asset.packed.filter(|_| takes_brotli(&headers)) {
        _ if known => (StatusCode::NOT_MODIFIED, cached).into_response(),
        Some(packed) => {
            let packing = [
                (header::CONTENT_ENCODING, "br"),
                (header::VARY, "accept-encoding"),
            ];
            (cached, kind, packing, packed).into_response()
        }
        None => (cached, kind, asset.bytes).into_response(),
    })
}

/// Does the browser take brotli? Anything less plain than naming it is left to the layer that
/// compresses pages.
fn takes_brotli(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|one| one.trim() == "br"))
}
