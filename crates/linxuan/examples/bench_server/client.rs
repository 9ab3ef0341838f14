//! A small HTTP client that notes when the first byte came.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// One answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Until the first byte of the answer.
    pub(crate) first_byte: Duration,
    /// Until the last.
    pub(crate) whole: Duration,
    /// Bytes of the body as they travelled.
    pub(crate) size: usize,
    pub(crate) headers: String,
    pub(crate) body: Vec<u8>,
}

/// A connection that is kept.
pub(crate) struct Client {
    server: SocketAddr,
    from: [u8; 4],
    stream: Option<TcpStream>,
}

impl Client {
    /// Network `network` of this machine: the server bounds each network by itself.
    pub(crate) fn new(server: SocketAddr, network: u8) -> Self {
        Self {
            server,
            from: [127, 0, network, 1],
            stream: None,
        }
    }

    /// Asks for a page. `encoding` is what the answer may be compressed with.
    pub(crate) async fn get(&mut self, path: &str, cookie: &str, encoding: &str) -> Result<Answer> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let socket = TcpSocket::new_v4()?;
                socket.bind(SocketAddr::from((self.from, 0)))?;
                let stream = socket.connect(self.server).await?;
                stream.set_nodelay(true)?;
                stream
            }
        };
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nAccept: text/html\r\nAccept-Encoding: {encoding}\r\n\
             Cookie: {cookie}\r\n\r\n",
            self.server
        );
        let begun = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        let mut read = Vec::with_capacity(64 * 1024);
        stream.read_buf(&mut read).await?;
        let first_byte = begun.elapsed();
        let head = loop {
            if let Some(at) = find(&read, b"\r\n\r\n") {
                break at + 4;
            }
            more(&mut stream, &mut read).await?;
        };
        let headers = String::from_utf8_lossy(&read[..head]).to_ascii_lowercase();
        let status = headers
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .context("no status line")?;
        let body = if let Some(length) = header(&headers, "content-length") {
            let length: usize = length.parse()?;
            while read.len() < head + length {
                more(&mut stream, &mut read).await?;
            }
            read[head..head + length].to_vec()
        } else if header(&headers, "transfer-encoding").is_some() {
            chunks(&mut stream, &mut read, head).await?
        } else {
            Vec::new()
        };
        let whole = begun.elapsed();
        if header(&headers, "connection") != Some("close") {
            self.stream = Some(stream);
        }
        Ok(Answer {
            status,
            first_byte,
            whole,
            size: body.len(),
            headers,
            body,
        })
    }
}

/// The value of a header; names and values are in lower case here.
pub(crate) fn header<'h>(headers: &'h str, name: &str) -> Option<&'h str> {
    let mut lines = headers.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(key, _)| *key == name).map(|(_, value)| value)
}

async fn more(stream: &mut TcpStream, read: &mut Vec<u8>) -> Result<()> {
    if stream.read_buf(read).await? == 0 {
        bail!("the server closed the connection");
    }
    Ok(())
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

async fn chunks(stream: &mut TcpStream, read: &mut Vec<u8>, mut at: usize) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = loop {
            if let Some(end) = find(&read[at..], b"\r\n") {
                break end;
            }
            more(stream, read).await?;
        };
        let length = usize::from_str_radix(std::str::from_utf8(&read[at..at + line])?, 16)?;
        at += line + 2;
        while read.len() < at + length + 2 {
            more(stream, read).await?;
        }
        body.extend_from_slice(&read[at..at + length]);
        at += length + 2;
        if length == 0 {
            return Ok(body);
        }
    }
}
