//! The program under test as a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// A running server; ends with this value.
pub(crate) struct Server {
    child: Child,
    /// Where it listens, such as `http://127.0.0.1:40123`.
    pub(crate) address: String,
    /// What it printed until it was ready, for log-ins and links.
    pub(crate) greeting: Vec<String>,
}

impl Server {
    /// Starts a command that prints its address (`http://…`) on standard output, and waits until that address
    /// answers. Fails when it ends before or is not ready in time.
    pub(crate) fn start(command: &mut Command, patience: Duration) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let output = child.stdout.take().expect("standard output is piped");
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    // The test has what it needs; keep reading so that the server never stops at a full pipe.
                    continue;
                }
            }
        });
        let mut server = Self {
            child,
            address: String::new(),
            greeting: Vec::new(),
        };
        let start = Instant::now();
        while start.elapsed() < patience {
            if let Ok(Some(status)) = server.child.try_wait() {
                panic!("{command:?} ended with {status}: {:?}", server.greeting);
            }
            while let Ok(line) = lines.recv_timeout(Duration::from_millis(50)) {
                if server.address.is_empty()
                    && let Some(address) = address_in(&line)
                {
                    server.address = address.to_owned();
                }
                server.greeting.push(line);
            }
            if !server.address.is_empty() && get(&server.address, "/").is_some() {
                return server;
            }
        }
        panic!(
            "{command:?} is not ready after {patience:?}: {:?}",
            server.greeting
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn address_in(line: &str) -> Option<&str> {
    let start = line.find("http://")?;
    let rest = &line[start..];
    let end = rest["http://".len()..]
        .find(|character: char| !(character.is_ascii_alphanumeric() || ".:[]".contains(character)))
        .map_or(rest.len(), |end| end + "http://".len());
    Some(&rest[..end])
}

/// A plain GET: status line, headers and body as text, or none when nobody answers.
pub(crate) fn get(address: &str, path: &str) -> Option<String> {
    let host = address.strip_prefix("http://")?;
    let mut stream = TcpStream::connect(host).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .ok()?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    Some(String::from_utf8_lossy(&answer).into_owned())
}
