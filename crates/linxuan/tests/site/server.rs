//! The server as a process.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; killed with this value.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    said: Arc<Mutex<String>>,
}

impl Server {
    /// Starts it and waits until it says where it listens.
    ///
    /// # Panics
    /// When it ends instead, with everything it said.
    pub(crate) fn start(command: &mut Command) -> Self {
        Self::begin(command).wait_until_up()
    }

    /// Starts it without waiting.
    pub(crate) fn begin(command: &mut Command) -> Starting {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let said = Arc::new(Mutex::new(String::new()));
        let (sender, address) = mpsc::channel();
        let output = child.stdout.take().expect("standard output is piped");
        let kept = Arc::clone(&said);
        // Both streams are read to their end, so that the server never waits at a full pipe.
        let mut sender = Some(sender);
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                *kept.lock().expect("whole") += &format!("{line}\n");
                if let Some((_, address)) = line.split_once("启动：http://")
                    && let (Ok(address), Some(sender)) = (address.parse(), sender.take())
                {
                    let _ = sender.send(address);
                }
            }
        });
        let mut errors = child.stderr.take().expect("standard error is piped");
        let kept = Arc::clone(&said);
        std::thread::spawn(move || {
            let mut some = [0; 4096];
            while let Ok(length @ 1..) = errors.read(&mut some) {
                *kept.lock().expect("whole") += &String::from_utf8_lossy(&some[..length]);
            }
        });
        Starting {
            child,
            said,
            address,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it printed so far.
    pub(crate) fn said(&self) -> String {
        self.said.lock().expect("whole").clone()
    }

    /// Is it still running?
    pub(crate) fn is_up(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it was running");
        let _ = self.child.wait();
    }

    /// Asks it to end, as a service manager does, and waits.
    pub(crate) fn stop(&mut self) {
        self.stop_with("-TERM");
    }

    /// Asks it to end by a signal, and waits.
    pub(crate) fn stop_with(&mut self, signal: &str) {
        let status = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status();
        assert!(status.expect("kill runs").success());
        let ended = self.child.wait().expect("it ends");
        assert!(ended.success(), "{ended}: {}", self.said());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server that was started and has not yet said where it listens.
pub(crate) struct Starting {
    child: Child,
    said: Arc<Mutex<String>>,
    address: Receiver<SocketAddr>,
}

impl Starting {
    /// `kill -9`, however far it came.
    pub(crate) fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn wait_until_up(mut self) -> Server {
        let Ok(address) = self.address.recv_timeout(PATIENCE) else {
            let _ = self.child.kill();
            let ended = self.child.wait();
            let said = self.said.lock().expect("whole");
            panic!("the server did not start ({ended:?}): {said}");
        };
        Server {
            child: self.child,
            address,
            said: self.said,
        }
    }
}
