//! Files: those an answer carries, those a form brings.

use axum::body::Body;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use service::draw_documents::Printed;
use service::exports::MadeFile;
use service::objections::Upload;
use service::papers::PaperFile;

use crate::error::WebError;
use crate::form::FormState;

/// Media type of what is printed.
pub(crate) const PDF: &str = PaperFile::Pdf.media_type();
/// Media type of workbooks.
pub(crate) const XLSX: &str = PaperFile::Xlsx.media_type();

/// A text as addresses and names of files carry it: whatever is not plain is spelt by its bytes (RFC 8187).
pub(crate) fn spelt(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// A file to keep.
pub(crate) fn attachment(kind: &'static str, name: &str, bytes: impl Into<Body>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename*=UTF-8''{}", spelt(name)),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, bytes.into()).into_response()
}

/// A file made for one answer.
pub(crate) fn download(made: MadeFile) -> Response {
    attachment(made.media_type, &made.name, made.bytes)
}

/// What was printed.
pub(crate) fn pdf(printed: Printed) -> Response {
    attachment(PDF, &printed.name, printed.bytes)
}

/// A file shown in the browser: pictures and PDF only, by their first bytes. A picture is put where
/// nothing could run; a PDF needs the browser's own viewer, which such a place would not give it.
pub(crate) fn shown(made: MadeFile) -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(made.media_type),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("inline"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let mut response = (headers, made.bytes).into_response();
    if made.media_type.starts_with("image/") {
        let nothing = HeaderValue::from_static("default-src 'none'; sandbox");
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, nothing);
    }
    response
}

fn unreadable(error: MultipartError) -> WebError {
    WebError::from_status(error.status())
}

/// The texts of a form, and the files of its input of this name. One left empty sends a file without name or bytes:
/// that is none.
///
/// # Errors
/// What cannot be read, or is too large.
pub(crate) async fn sent(
    mut body: Multipart,
    input: &str,
) -> Result<(FormState, Vec<Upload>), WebError> {
    let (mut form, mut files) = (FormState::blank(), Vec::new());
    while let Some(field) = body.next_field().await.map_err(unreadable)? {
        let Some(name) = field.name().map(str::to_owned) else {
            continue;
        };
        if name == input {
            let name = field.file_name().unwrap_or_default().to_owned();
            let bytes = field.bytes().await.map_err(unreadable)?.to_vec();
            if !name.is_empty() || !bytes.is_empty() {
                files.push(Upload { name, bytes });
            }
        } else {
            form = form.with(&name, field.text().await.map_err(unreadable)?);
        }
    }
    Ok((form, files))
}

/// The same for an input that takes one file: its name and bytes, empty where none was chosen.
///
/// # Errors
/// As [`sent`].
pub(crate) async fn uploaded(
    body: Multipart,
    input: &str,
) -> Result<(FormState, String, Vec<u8>), WebError> {
    let (form, mut files) = sent(body, input).await?;
    let (name, bytes) = files
        .pop()
        .map(|file| (file.name, file.bytes))
        .unwrap_or_default();
    Ok((form, name, bytes))
}
