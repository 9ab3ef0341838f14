//! What happens beside the afternoon, over the interface alone: somebody is invited into the pool, and
//! everybody is asked whether what is held about them is still right.

use domain::actor::Role;
use jiff::civil::{Date, date};
use serde_json::{Value, json};

use super::http::Received;
use crate::{Office, links};

/// From the proposal by the officer to the membership the committee decided on.
pub(crate) fn invited(office: &Office, texts: &Received, specialty: &str, today: Date) {
    let list = "/pools/1/special-invitations";
    let blank = office.refused(Role::Officer, list, &json!({}), 422);
    let fields: Vec<_> = blank["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["field"].as_str().unwrap())
        .collect();
    for field in ["name", "employer", "specialty", "reason"] {
        assert!(fields.contains(&field), "{field} in {blank}");
    }
    let proposal = json!({
        "name": "受邀人甲", "employer": "示例理工大学", "phone": "15400000801", "specialty": specialty,
        "reason": "在库专家不足以随机抽取", "fitness": "正高级工程师，从事焊接工艺研究二十年",
    });
    office.refused(Role::Supervisor, list, &proposal, 403);
    let made = office.done(Role::Officer, list, &proposal);
    let one = format!("{list}/{}", made["id"].as_str().unwrap());
    let send = format!("{one}/send");
    let confirmed = json!({ "status_confirmed": true });
    let officer = office.refused(Role::Officer, &send, &confirmed, 422);
    assert_eq!(officer["reasons"][0]["code"], "invitation.signer");
    let unknowing = office.refused(Role::Approver, &send, &json!({}), 422);
    assert!(
        unknowing["reasons"][0]["article"].is_string(),
        "{unknowing}"
    );
    let too_soon = json!({ "status_confirmed": true, "reply_by": today });
    let too_soon = office.refused(Role::Approver, &send, &too_soon, 422);
    assert_eq!(too_soon["problems"][0]["field"], "reply_by");
    office.done(Role::Approver, &send, &confirmed);
    let letter = office.ask(Role::Officer, "GET", &format!("{one}/letter.pdf"), "", b"");
    assert!(letter.body.starts_with(b"%PDF"), "{}", letter.status);

    let token = links(texts, "/m/s/", 1).remove(0);
    let path = format!("/special-invitations/{token}");
    let seen = office.anybody("GET", &path, b"");
    assert_eq!(seen.json()["state"], "sent", "{}", seen.text());
    assert!(
        !seen.text().contains("15400000801"),
        "no phone of the invited"
    );
    let unclear = office.anybody("POST", &path, b"{}");
    assert_eq!(unclear.status, 422, "{}", unclear.text());
    let accepted = office.anybody("POST", &path, br#"{"answer":"accept"}"#);
    assert_eq!(accepted.json()["state"], "accepted", "{}", accepted.text());

    let decide = format!("{one}/decision");
    let approved =
        json!({ "result": "approved", "minutes": "示例委纪要〔2026〕7号", "met_on": today });
    let missing = office.refused(Role::Secretary, &decide, &approved, 422);
    assert_eq!(missing["reasons"][0]["code"], "invitation.materials");
    let view = office.get(Role::Officer, &one);
    let materials: Vec<&Value> = view["materials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["id"])
        .collect();
    assert!(!materials.is_empty());
    let received = json!({ "received": materials });
    office.done(Role::Officer, &format!("{one}/materials"), &received);
    office.refused(Role::Officer, &decide, &approved, 403);
    office.done(Role::Secretary, &decide, &approved);
    let why = json!({ "reason": "改变主意" });
    office.refused(Role::Officer, &format!("{one}/withdraw"), &why, 422);
    let view = office.get(Role::Secretary, &one);
    assert_eq!(view["invitation"]["state"]["state"], "approved", "{view}");

    // A second one is never sent, a third one is taken back.
    for (name, role, step, state) in [
        ("受邀人乙", Role::Approver, "refuse", "refused"),
        ("受邀人丙", Role::Officer, "withdraw", "withdrawn"),
    ] {
        let mut other = proposal.clone();
        other["name"] = json!(name);
        other["phone"] = json!("");
        other["email"] = json!(format!("{step}@example.org"));
        let made = office.done(Role::Officer, list, &other);
        let one = format!("{list}/{}", made["id"].as_str().unwrap());
        let step = format!("{one}/{step}");
        let wordless = office.refused(role, &step, &json!({}), 422);
        assert_eq!(wordless["problems"][0]["field"], "reason");
        office.done(role, &step, &why);
        let view = office.get(Role::Officer, &one);
        assert_eq!(view["invitation"]["state"]["state"], state, "{view}");
    }
    let page = office.get(Role::Officer, &format!("{list}?limit=2"));
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    assert!(page["next"].is_string(), "{page}");
}

/// Everybody is asked; one says what changed, and the campaign is closed.
pub(crate) fn confirmed(office: &Office, texts: &Received, today: Date) {
    let list = "/pools/1/campaigns";
    office.refused(Role::Approver, list, &json!({}), 403);
    let wrong = json!({ "closes_on": "2020-01-01" });
    let wrong = office.refused(Role::Officer, list, &wrong, 422);
    assert_eq!(wrong["problems"][0]["field"], "closes_on", "{wrong}");
    let last = date(today.year(), 12, 31);
    let start = json!({ "closes_on": last });
    if today == last {
        // No day of this year is left to answer on.
        office.refused(Role::Officer, list, &start, 422);
        return;
    }
    let made = office.done(Role::Officer, list, &start);
    let one = format!("{list}/{}", made["id"].as_str().unwrap());
    let twice = office.refused(
        Role::Officer,
        list,
        &json!({ "closes_on": last, "again": true }),
        422,
    );
    assert!(!twice["reasons"].as_array().unwrap().is_empty(), "{twice}");
    let today = office.refused(Role::Officer, &format!("{one}/remind"), &json!({}), 422);
    assert_eq!(today["reasons"][0]["code"], "campaign.reminded");

    let token = links(texts, "/m/u/", 1).remove(0);
    let path = format!("/updates/{token}");
    let seen = office.anybody("GET", &path, b"").json();
    let name = seen["name"].as_str().unwrap();
    let field = &seen["fields"][0]["field"];
    let unclear = office.anybody("POST", &path, b"{}");
    assert_eq!(unclear.status, 422, "{}", unclear.text());
    let silent = office.get(Role::Officer, &format!("{one}?status=silent"));
    let everybody = silent["campaign"]["asked"].as_u64().unwrap();
    assert_eq!(
        silent["campaign"]["silent"], everybody,
        "{}",
        silent["campaign"]
    );
    let expert = expert_named(office, name);
    let mut said =
        json!({ "answer": "changed", "changes": [{ "field": field, "now": "改为这样" }] });
    if seen["asks_tail"] == true {
        let wrong = said.to_string();
        let wrong = office.anybody("POST", &path, wrong.as_bytes());
        assert_ne!(wrong.status, 200, "{}", wrong.text());
        said["id_tail"] = json!(office.tail_of(&expert));
    }
    let answered = office.anybody("POST", &path, said.to_string().as_bytes());
    assert_eq!(answered.status, 200, "{}", answered.text());

    let changed = office.get(Role::Officer, &format!("{one}?status=changed"));
    let answers = changed["answers"].as_array().unwrap();
    assert_eq!((answers.len(), &answers[0]["name"]), (1, &seen["name"]));
    assert_eq!(answers[0]["expert"], expert.as_str());
    let enter = format!("{one}/experts/{expert}");
    let wordless = office.refused(Role::Officer, &enter, &json!({}), 422);
    assert_eq!(wordless["problems"][0]["field"], "note", "{wordless}");
    office.done(
        Role::Officer,
        &enter,
        &json!({ "note": "已核对证明并登记" }),
    );
    let export = format!("{one}/export");
    office.refused(Role::Officer, &export, &json!({}), 422);
    let what = json!({ "status": "entered", "purpose": "年度归档" }).to_string();
    let workbook = office.ask(Role::Officer, "POST", &export, "", what.as_bytes());
    assert!(workbook.body.starts_with(b"PK"), "{}", workbook.status);
    office.done(Role::Officer, &format!("{one}/close"), &json!({}));
    office.refused(Role::Officer, &format!("{one}/close"), &json!({}), 422);
    let over = office.get(Role::Officer, list);
    assert_eq!(over["items"][0]["entered"], 1, "{over}");
    assert_eq!(over["items"][0]["silent"], everybody - 1, "{over}");
}

fn expert_named(office: &Office, name: &str) -> String {
    let path = format!("/pools/1/experts?q={}", crate::encode(name));
    let found = office.get(Role::Officer, &path);
    let same = |row: &&Value| row["name"] == name;
    let row = found["items"].as_array().unwrap().iter().find(same);
    row.unwrap_or_else(|| panic!("{name} in {found}"))["id"]
        .as_str()
        .unwrap()
        .to_owned()
}
