//! The driver process, and the few requests to it that fantoccini does not know.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// A running chromedriver; ends with this value, and its browsers with it.
pub(crate) struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    /// Starts a driver on a free port and waits until it says which.
    pub(crate) fn start() -> Self {
        let mut child = Command::new("/usr/bin/chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts; Debian has it in the package chromium-driver");
        let output = child.stdout.take().expect("standard output is piped");
        let mut lines = BufReader::new(output).lines();
        let port = loop {
            let line = lines
                .next()
                .expect("chromedriver says its port before it ends")
                .expect("its output is text");
            if let Some((_, rest)) = line.split_once("successfully on port ") {
                break rest
                    .trim_end_matches('.')
                    .parse()
                    .expect("a port is a number");
            }
        };
        // Somebody has to keep reading, or the driver would stop at a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, port }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Sends a command and gives the `value` of the answer.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the driver listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .expect("a time limit can be set");
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        )
        .expect("the driver reads");
        // The driver keeps the connection open, so the length it gives says where the answer ends.
        let mut answer = BufReader::new(stream);
        let (mut status, mut length) = (String::new(), 0);
        answer.read_line(&mut status).expect("the driver answers");
        loop {
            let mut line = String::new();
            answer.read_line(&mut line).expect("the driver answers");
            match line.trim().to_ascii_lowercase().split_once(':') {
                Some(("content-length", value)) => {
                    length = value.trim().parse().expect("a length is a number")
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        answer
            .read_exact(&mut body)
            .expect("the driver answers in full");
        let mut document: Value =
            serde_json::from_slice(&body).expect("the driver answers in JSON");
        assert!(status.starts_with("HTTP/1.1 200"), "{path}: {document}");
        document["value"].take()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Asked to end, the driver ends its browsers; killed at once, it would leave them running.
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
            let _ = write!(
                stream,
                "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.read_to_end(&mut Vec::new());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
