//! Somebody with a browser, as far as the server can tell.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// An answer that arrived whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// A header, or empty.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value)
    }

    /// Was it done?
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.status, 200..=399)
    }

    /// The last part of where it leads, which names what was made.
    pub(crate) fn made(&self) -> String {
        let place = self.header("location");
        place.rsplit('/').next().unwrap_or_default().to_owned()
    }
}

/// A session of one person.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    address: SocketAddr,
    token: String,
}

impl Visitor {
    /// With a session that is already open.
    pub(crate) fn with_token(address: SocketAddr, token: &str) -> Self {
        Self {
            address,
            token: token.to_owned(),
        }
    }

    /// Nobody in particular.
    pub(crate) fn nobody(address: SocketAddr) -> Self {
        Self::with_token(address, "")
    }

    /// Types name and password.
    pub(crate) fn log_in(address: SocketAddr, login: &str, password: &str) -> Self {
        let mut visitor = Self::nobody(address);
        let form = [("account", login), ("password", password)];
        let answer = visitor.post("/login", &form).expect("an answer");
        let cookie = answer.header("set-cookie");
        let token = cookie
            .strip_prefix("linxuan=")
            .and_then(|rest| rest.split(';').next());
        visitor.token = token
            .unwrap_or_else(|| panic!("{login} cannot log in: {answer:?}"))
            .to_owned();
        visitor
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn get(&self, path: &str) -> io::Result<Answer> {
        self.send(&format!("GET {path}"), "text/html", "")
    }

    pub(crate) fn post(&self, path: &str, form: &[(&str, &str)]) -> io::Result<Answer> {
        let pairs: Vec<String> = form
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        let kind = "application/x-www-form-urlencoded";
        self.send(&format!("POST {path}"), kind, &pairs.join("&"))
    }

    pub(crate) fn post_json(&self, path: &str, json: &impl serde::Serialize) -> io::Result<Answer> {
        let text = serde_json::to_string(json).map_err(io::Error::other)?;
        self.send(&format!("POST {path}"), "application/json", &text)
    }

    fn send(&self, what: &str, kind: &str, body: &str) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let request = format!(
            "{what} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\n\
             Cookie: linxuan={}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            self.token,
            body.len()
        );
        stream.write_all(request.as_bytes())?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        let whole = text.split_once("\r\n\r\n");
        let (head, body) = whole.ok_or(io::ErrorKind::UnexpectedEof)?;
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        Ok(Answer {
            status: status.ok_or(io::ErrorKind::InvalidData)?,
            head: head.to_owned(),
            body: body.to_owned(),
        })
    }
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
