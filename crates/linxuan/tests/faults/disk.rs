//! A disk with no room. A limit on file sizes stands for it: every write of the server to a file
//! fails, and the limit can be lifted while it runs, without any privilege.

use std::process::Command;

use crate::done;
use crate::site::{Place, Server, Template, Visitor};

fn limit(server: &Server, bytes: &str) {
    let mut command = Command::new("prlimit");
    command.args(["--pid", &server.id().to_string()]);
    let status = command.arg(format!("--fsize={bytes}:")).status();
    assert!(status.expect("prlimit runs").success());
}

#[test]
fn a_full_disk_is_said_on_the_page_and_work_goes_on_when_there_is_room() {
    let place = Place::populated();
    let mut server = place.serve();
    let template = Template::shared();
    let officer = template.visitor("jingban", &server);
    let add = |name: &str| {
        let form = [("name", name), ("reason", "新职业")];
        officer.post("/p/1/specialties", &form).expect("an answer")
    };
    assert_eq!(add("无人机驾驶").status, 303);

    limit(&server, "0");
    for _ in 0..3 {
        let answer = add("工业机器人");
        assert_eq!(answer.status, 503, "{answer:?}");
        for words in ["系统暂时不能使用", "本次未保存", "剩余空间"] {
            assert!(answer.body.contains(words), "{words}: {answer:?}");
        }
    }
    // A machine gets the same as a problem document.
    let request = serde_json::json!({ "party": "manager", "commitment": "00".repeat(32) });
    let nowhere = "/api/v1/pools/1/draws/00000000-0000-7000-8000-000000000000/commit";
    let answer = officer.post_json(nowhere, &request).expect("an answer");
    assert_eq!(
        answer.status, 404,
        "what needs no write is answered as ever"
    );
    let form = [
        ("account", "jingban"),
        ("password", template.password.as_str()),
    ];
    let nobody = Visitor::nobody(server.address());
    let answer = nobody.post("/login", &form).expect("an answer");
    assert_eq!(answer.status, 503, "{answer:?}");
    // Reading goes on.
    for path in ["/p/1/specialties", "/p/1/experts", "/p/1/tasks", "/p/1"] {
        let answer = officer.get(path).expect("an answer");
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        assert!(!answer.body.contains("工业机器人"), "nothing half written");
    }
    assert!(server.is_up(), "{}", server.said());

    limit(&server, "unlimited");
    let answer = add("工业机器人");
    assert_eq!(answer.status, 303, "{answer:?}: {}", server.said());
    let listed = officer.get("/p/1/specialties").expect("an answer").body;
    assert!(listed.contains("无人机驾驶") && listed.contains("工业机器人"));
    server.stop();
    assert!(done(&mut place.command("doctor")).contains("逐条核验一致"));
}

#[test]
fn a_server_does_not_start_where_it_cannot_write() {
    let place = Place::populated();
    let serve = place.serve_command();
    let mut command = Command::new("prlimit");
    command.args(["--fsize=0", "--"]).arg(serve.get_program());
    let (code, said) = crate::site::run(command.args(serve.get_args()));
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("空间"), "{said}");
    place.serve().stop();
}
