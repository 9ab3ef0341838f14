//! The real program under bad circumstances. Each gets a clear sentence that says what to do;
//! nothing is half written, nothing that holds data is touched, and a server that runs stays up.

mod disk;
mod ledger;
mod restore;
#[path = "../site/mod.rs"]
#[expect(dead_code, reason = "the same site serves other tests")]
mod site;
mod start;

/// Runs a command that must be refused (exit code 1), and returns what it said.
fn refused(command: &mut std::process::Command) -> String {
    let (code, said) = site::run(command);
    assert_eq!(code, 1, "{command:?}: {said}");
    said
}

/// Runs a command that must succeed, and returns what it said.
fn done(command: &mut std::process::Command) -> String {
    let (code, said) = site::run(command);
    assert_eq!(code, 0, "{command:?}: {said}");
    said
}

/// Does something to a store that no program of ours would.
fn tamper(place: &site::Place, script: &str) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = place.open().await.expect("it opens");
        store::testing::tamper(&store, script).await.expect(script);
        store.close().await;
    });
}
