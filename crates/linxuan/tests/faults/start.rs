//! What a server finds when it starts.

use std::fs;
use std::net::TcpListener;

use crate::site::{Place, Server, Template, Visitor};
use crate::{done, refused, tamper};

#[test]
fn a_database_of_a_newer_program_is_left_alone() {
    let place = Place::populated();
    tamper(
        &place,
        "INSERT INTO schema_version (version, name, digest) VALUES (9999, 'later', '0')",
    );
    let before = fs::read(place.data().join("linxuan.db")).expect("a database");
    for command in [place.serve_command(), place.command("doctor")] {
        let mut command = command;
        let said = refused(&mut command);
        assert!(
            said.contains("9999") && said.contains("改用新版程序"),
            "{said}"
        );
    }
    let after = fs::read(place.data().join("linxuan.db")).expect("a database");
    assert!(before == after, "the file is untouched");
}

#[test]
fn a_database_that_another_program_migrated_is_left_alone() {
    let place = Place::populated();
    tamper(
        &place,
        "UPDATE schema_version SET digest = 'other' WHERE version = 1",
    );
    let said = refused(&mut place.serve_command());
    assert!(said.contains("从备份恢复"), "{said}");
}

#[test]
fn a_data_folder_serves_one_server_at_a_time() {
    let place = Place::populated();
    let mut first = place.serve();
    let said = refused(&mut place.serve_command());
    assert!(said.contains("正由另一个 linxuan 网站使用"), "{said}");
    assert!(first.is_up());
    // Commands that finish by themselves share the folder.
    assert!(done(place.command("user").arg("list")).contains("jingban"));
    first.kill();
    // Whoever was killed holds nothing.
    let mut second = place.serve();
    second.stop();
    // A demonstration is a server like any other.
    let mut demo = std::process::Command::new(env!("CARGO_BIN_EXE_linxuan"));
    let shown = Place::empty();
    demo.args(["demo", "--listen", "127.0.0.1:0", "--data"])
        .arg(shown.data());
    let _demo = Server::start(&mut demo);
    assert!(refused(&mut shown.serve_command()).contains("正由另一个"));
}

/// Told to stop, by a service manager or at the keyboard, a server leaves one file: what SQLite keeps
/// beside it while it is written is part of it again.
#[test]
fn a_server_told_to_stop_leaves_the_database_whole_in_its_file() {
    let place = Place::populated();
    let beside = ["linxuan.db-wal", "linxuan.db-shm"].map(|name| place.data().join(name));
    for (signal, name) in [("-TERM", "停止前新增一"), ("-INT", "停止前新增二")] {
        let mut server = place.serve();
        let officer = Template::shared().visitor("jingban", &server);
        let form = [("name", name), ("reason", "新职业")];
        let answer = officer.post("/p/1/specialties", &form).expect("an answer");
        assert_eq!(answer.status, 303, "{answer:?}");
        assert!(beside.iter().all(|file| file.exists()), "while it runs");
        server.stop_with(signal);
        for file in &beside {
            assert!(!file.exists(), "{} after {signal}", file.display());
        }
        // The one file is enough: nothing was left elsewhere.
        let copy = Place::empty();
        fs::create_dir(copy.data()).expect("made");
        let file = "linxuan.db";
        fs::copy(place.data().join(file), copy.data().join(file)).expect("copied");
        crate::site::copy(&place.keys(), &copy.keys());
        let server = copy.serve();
        let officer = Template::shared().visitor("jingban", &server);
        let list = officer.get("/p/1/specialties").expect("an answer");
        assert!(list.body.contains(name), "{signal}");
    }
}

#[test]
fn missing_keys_are_asked_for_and_never_made_anew() {
    let place = Place::populated();
    let away = place.folder().join("away");
    fs::rename(place.keys(), &away).expect("renamed");
    let said = refused(&mut place.serve_command());
    assert!(said.contains("没有密钥") && said.contains("放回"), "{said}");
    assert!(!place.keys().join("root.key").exists(), "no new key");
    let _ = fs::remove_dir_all(place.keys());
    fs::rename(&away, place.keys()).expect("renamed");
    place.serve().stop();
}

#[test]
fn foreign_broken_and_exposed_keys_are_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let (place, other) = (Place::populated(), Place::empty());
    done(other.command("user").arg("list"));
    let own = place.keys().join("root.key");
    let kept = fs::read(&own).expect("a key");

    fs::copy(other.keys().join("root.key"), &own).expect("copied");
    let said = refused(&mut place.serve_command());
    assert!(said.contains("不配套") && said.contains("换回"), "{said}");

    fs::write(&own, &kept[..kept.len() / 2]).expect("written");
    let said = refused(&mut place.serve_command());
    assert!(said.contains("不完整或被改动"), "{said}");

    fs::write(&own, &kept).expect("written");
    fs::set_permissions(&own, fs::Permissions::from_mode(0o644)).expect("set");
    let said = refused(&mut place.serve_command());
    assert!(said.contains("chmod"), "{said}");

    fs::set_permissions(&own, fs::Permissions::from_mode(0o600)).expect("set");
    place.serve().stop();
}

#[test]
fn a_taken_port_is_named_before_anything_is_touched() {
    let place = Place::empty();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    for name in ["serve", "demo"] {
        let mut command = place.command(name);
        if name == "demo" {
            command = std::process::Command::new(env!("CARGO_BIN_EXE_linxuan"));
            command.arg("demo").arg("--data").arg(place.data());
        }
        let said = refused(command.args(["--listen", &address]));
        assert!(
            said.contains(&address) && said.contains("已被占用"),
            "{said}"
        );
        assert!(!place.data().exists(), "nothing was made");
    }
    let said = refused(place.command("serve").args([
        "--listen",
        "192.0.2.1:8470",
        "--insecure-behind-proxy",
        "--public-url",
        "https://zjk.example.gov.cn",
    ]));
    assert!(said.contains("本机没有 192.0.2.1"), "{said}");
}

#[test]
fn a_database_that_does_not_answer_is_named() {
    let mut place = Place::empty();
    place.database = Some("postgres://nobody@localhost/none?host=/nonexistent".to_owned());
    let said = refused(&mut place.serve_command());
    assert!(said.contains("连接不上数据库"), "{said}");
    place.database = Some("mysql:whatever".to_owned());
    let said = refused(&mut place.serve_command());
    assert!(said.contains("--database"), "{said}");
}

#[test]
fn a_damaged_database_file_is_kept_and_a_backup_is_asked_for() {
    let place = Place::populated();
    let path = place.data().join("linxuan.db");
    let mut bytes = fs::read(&path).expect("a database");
    bytes[..64].fill(b'#');
    fs::write(&path, &bytes).expect("written");
    // It would heal the first page.
    fs::write(place.data().join("linxuan.db-wal"), "").expect("written");
    let said = refused(&mut place.serve_command());
    assert!(
        said.contains("数据库文件损坏") && said.contains("备份"),
        "{said}"
    );
    assert!(
        fs::read(&path).expect("a database") == bytes,
        "kept as it is"
    );
}

/// A backend that dies takes all of PostgreSQL with it for a moment; the server waits it out.
#[test]
fn a_server_survives_a_crash_of_postgres() {
    use store::testing::Cluster;
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut place = Place::empty();
    place.database = Some(runtime.block_on(Cluster::shared().database()));
    let mut server = place.serve();
    let visitor = Visitor::nobody(server.address());
    assert_eq!(visitor.get("/login").expect("an answer").status, 200);
    assert!(Cluster::shared().crash());
    let form = [("account", "somebody"), ("password", "wrong")];
    let mut answers = Vec::new();
    for _ in 0..50 {
        let answer = visitor.post("/login", &form).expect("an answer");
        answers.push(answer.status);
        if answer.status == 422 {
            break;
        }
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(answer.body.contains("数据库"), "{answer:?}");
        // Not faster than one network may try passwords.
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    assert_eq!(answers.last(), Some(&422), "it works again: {answers:?}");
    server.stop();
}

/// A server that is told to stop finishes and says nothing worse.
#[test]
fn a_stopped_server_leaves_a_place_that_starts_again() {
    let place = Place::populated();
    for _ in 0..2 {
        let mut server = place.serve();
        let officer = Template::shared().visitor("jingban", &server);
        assert_eq!(officer.get("/p/1/tasks").expect("an answer").status, 200);
        server.stop();
    }
    assert!(done(&mut place.command("doctor")).contains("逐条核验一致"));
}

/// `linxuan serve | head -1`: the address was read, and nobody reads on.
#[test]
fn a_server_whose_output_nobody_reads_stays_up() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;
    let place = Place::empty();
    let mut command = place.serve_command();
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut line = String::new();
    let mut output = BufReader::with_capacity(1, child.stdout.take().expect("piped"));
    output.read_line(&mut line).expect("a line");
    drop(output);
    let (_, address) = line.trim().split_once("http://").expect("an address");
    let visitor = Visitor::nobody(address.parse().expect("an address"));
    for _ in 0..3 {
        assert_eq!(visitor.get("/login").expect("an answer").status, 200);
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    child.kill().expect("it was still running");
    child.wait().expect("it ends");
}
