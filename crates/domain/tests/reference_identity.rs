//! Identity numbers, credit codes, contacts, cards and names against published vectors.

mod common;

use domain::bank_card::{BankCard, BankCardDoubt};
use domain::contact::{Email, Landline, Mobile};
use domain::credit_code::{CreditCode, CreditCodeError};
use domain::explain::Explain;
use domain::identity::{IdentityCard, IdentityError, IdentityNumber};
use domain::person::Sex;
use domain::person_name::PersonName;
use jiff::civil::{Date, date};
use proptest::prelude::*;

const TODAY: Date = date(2026, 11, 22);

#[test]
fn identity_vectors() {
    let rows = common::rows(include_str!("data/idcard_vectors.csv"));
    assert_eq!(rows.len(), 42);
    for row in rows {
        let typed = &row["number"];
        let got = IdentityNumber::parse_on(typed, TODAY);
        let code = got.as_ref().err().map(Explain::code);
        match (row["expected"].as_str(), row["reason_code"].as_str()) {
            ("valid", "") => {
                let number = got.unwrap();
                assert_eq!(number.expose(), typed);
                assert_eq!(number.born().to_string(), row["birth_date"]);
                let sex = if row["gender"] == "男" {
                    Sex::Male
                } else {
                    Sex::Female
                };
                assert_eq!(number.sex(), sex, "{typed}");
            }
            ("normalise", _) => {
                assert!(matches!(
                    got.unwrap().expose(),
                    "44000019720229999X" | "440000198001019992"
                ));
            }
            (_, "TOO_OLD") => {
                assert_eq!(code, Some("identity.too_old"));
                assert!(
                    IdentityNumber::parse(typed).is_ok(),
                    "arithmetic is right: {typed}"
                );
            }
            ("legacy", _) => {
                let Err(IdentityError::FirstGeneration { converted }) = got else {
                    panic!("{got:?}")
                };
                assert_eq!(converted.expose(), "440000198001019917");
            }
            ("invalid", reason) => {
                let expected = match reason {
                    "CHECKSUM" => "identity.check_digit",
                    "CHAR" => "identity.character",
                    "DATE" => "identity.birth_date",
                    "FUTURE" => "identity.future",
                    "REGION" => "identity.region",
                    "LENGTH" => "identity.length",
                    other => panic!("unknown reason {other}"),
                };
                assert_eq!(code, Some(expected), "{typed}");
            }
            other => panic!("unknown expectation {other:?}"),
        }
    }
}

#[test]
fn first_generation_number_of_the_standard() {
    let Err(IdentityError::FirstGeneration { converted }) =
        IdentityNumber::parse("110105491231002")
    else {
        panic!("not recognised");
    };
    assert_eq!(converted.expose(), "11010519491231002X");
    // 996 to 999 marked people born in the 1800s.
    let Err(IdentityError::FirstGeneration { converted }) =
        IdentityNumber::parse("110105991231997")
    else {
        panic!("not recognised");
    };
    assert_eq!(converted.born(), date(1899, 12, 31));
    assert_eq!(
        IdentityNumber::parse("110105491331002"),
        Err(IdentityError::BirthDate)
    );
    assert_eq!(
        IdentityNumber::parse("11010549123100X"),
        Err(IdentityError::Character { position: 15 })
    );
}

#[test]
fn residence_permits_share_the_form() {
    let with_check = |first: &str| {
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 = first
            .bytes()
            .zip(weights)
            .map(|(d, w)| u32::from(d - b'0') * w)
            .sum();
        format!("{first}{}", b"10X98765432"[(sum % 11) as usize] as char)
    };
    let number = IdentityNumber::parse(&with_check("83000019801001000")).unwrap();
    assert_eq!(number.card(), IdentityCard::HongKongMacaoTaiwan);
    assert_eq!(
        IdentityNumber::parse(&with_check("81010119801001000")),
        Err(IdentityError::Region)
    );
    let number = IdentityNumber::parse(&with_check("91112419810803000")).unwrap();
    assert_eq!(number.card(), IdentityCard::ForeignPermanentResident);
    assert_eq!(number.province(), Some("北京市"));
    assert_eq!(number.born(), date(1981, 8, 3));
    let number = IdentityNumber::parse("440703196907070004").unwrap();
    assert_eq!(
        (number.card(), number.province()),
        (IdentityCard::Resident, Some("广东省"))
    );
}

#[test]
fn masks_hide_the_middle_even_in_debug() {
    let number = IdentityNumber::parse("440000198001019992").unwrap();
    assert_eq!(number.masked(), "440***********9992");
    assert_eq!(format!("{number:?}"), "IdentityNumber(440***********9992)");
    let error = IdentityNumber::parse("440000800101991").unwrap_err();
    for text in [format!("{error:?}"), error.to_string(), error.sentence()] {
        assert!(!text.contains("19800101"), "{text}");
    }
    let mobile = Mobile::parse("13800138000").unwrap();
    assert_eq!(mobile.masked(), "138****8000");
    assert_eq!(format!("{mobile:?}"), "Mobile(138****8000)");
    let card = BankCard::parse("6200000000000005").unwrap();
    assert_eq!(format!("{card:?}"), "BankCard(6200 **** 0005)");
    let email = Email::parse("zhang.san@example.com").unwrap();
    assert_eq!(format!("{email:?}"), "Email(z***@example.com)");
}

#[test]
fn age_limits_are_those_of_the_day() {
    let number = IdentityNumber::parse("440000200811220006").unwrap();
    assert_eq!(
        number.check_age(date(2024, 11, 21)),
        Err(IdentityError::TooYoung { age: 15 })
    );
    assert_eq!(number.check_age(date(2024, 11, 22)), Ok(()));
    assert_eq!(
        number.check_age(date(2008, 11, 21)),
        Err(IdentityError::Future)
    );
}

#[test]
fn credit_code_vectors() {
    for row in common::rows(include_str!("data/uscc_vectors.csv")) {
        let got = CreditCode::parse(&row["code"]);
        match row["expected"].as_str() {
            "valid" => assert_eq!(got.unwrap().as_str(), row["code"]),
            "normalise" => assert_eq!(got.unwrap().as_str(), row["code"].to_uppercase()),
            _ => {
                let expected = match row["reason_code"].as_str() {
                    "CHECKSUM" => "credit_code.check_character",
                    "CHAR" => "credit_code.character",
                    _ => "credit_code.length",
                };
                assert_eq!(got.unwrap_err().code(), expected, "{}", row["code"]);
            }
        }
    }
    let school = CreditCode::parse("12440000XDEM00046U").unwrap();
    assert_eq!(school.registered_as(), Some("事业单位"));
    assert_eq!(
        CreditCode::parse("91A40000XDEM000114"),
        Err(CreditCodeError::Character {
            position: 3,
            found: 'A'
        })
    );
}

#[test]
fn phone_vectors() {
    for row in common::rows(include_str!("data/phone_vectors.csv")) {
        let typed = &row["input"];
        let (mobile, landline) = (Mobile::parse(typed), Landline::parse(typed));
        match row["expected"].as_str() {
            "demo-ok" | "valid" => assert_eq!(mobile.unwrap().expose(), typed),
            "normalise" => assert_eq!(mobile.unwrap().expose(), "15400000001"),
            "valid-landline" => {
                assert!(mobile.is_err());
                assert_eq!(landline.unwrap().expose(), *typed);
            }
            "service" => assert!(matches!(landline, Ok(Landline::Service(_))), "{typed}"),
            "invalid" => assert!(mobile.is_err() && landline.is_err(), "{typed}"),
            other => panic!("unknown expectation {other}"),
        }
    }
}

#[test]
fn landlines_as_people_write_them() {
    for (typed, shown) in [
        ("（020）80000001", "020-80000001"),
        ("010-80000001转12", "010-80000001转12"),
        ("０７６９－２２００００01", "0769-22000001"),
        ("+86 769 22000001", "0769-22000001"),
        ("020 8000 0001 分机 8", "020-80000001转8"),
    ] {
        assert_eq!(
            Landline::parse(typed).map(|line| line.expose()),
            Ok(shown.to_owned()),
            "{typed}"
        );
    }
    assert_eq!(
        Landline::parse("22000001").unwrap_err().code(),
        "landline.area"
    );
    assert_eq!(
        Landline::parse("0750-30000001").unwrap_err().code(),
        "landline.length"
    );
}

#[test]
fn bank_card_vectors() {
    for row in common::rows(include_str!("data/bankcard_vectors.csv")) {
        let got = BankCard::parse(&row["number"]);
        let flawless = got.as_ref().is_ok_and(|card| card.doubts().is_empty());
        assert_eq!(
            flawless,
            row["expected"] != "invalid",
            "{} {}",
            row["number"],
            row["note"]
        );
    }
    // A wrong check digit warns; a wrong length refuses.
    assert_eq!(
        BankCard::parse("6200000000000006").unwrap().doubts(),
        [BankCardDoubt::CheckDigit]
    );
    assert_eq!(
        BankCard::parse("0000000000000000").unwrap_err().code(),
        "bank_card.zeros"
    );
}

#[test]
fn email_forms() {
    for (typed, kept) in [
        ("zs001@example.com", "zs001@example.com"),
        (" Zs.001@EXAMPLE.Com ", "Zs.001@example.com"),
        ("ｚｓ＠example.org", "zs@example.org"),
    ] {
        assert_eq!(Email::parse(typed).unwrap().expose(), kept);
    }
    for (typed, code) in [
        ("", "email.empty"),
        ("zs.example.com", "email.at"),
        ("a@b@example.com", "email.at"),
        ("张三@example.com", "email.character"),
        ("a b@example.com", "email.character"),
        (".a@example.com", "email.local"),
        ("@example.com", "email.local"),
        ("a@example", "email.domain"),
        ("a@-x.com", "email.domain"),
        ("a@1.2.3.4", "email.domain"),
    ] {
        assert_eq!(Email::parse(typed).unwrap_err().code(), code, "{typed}");
    }
    let long = format!("{}@example.com", "a".repeat(65));
    assert_eq!(Email::parse(&long).unwrap_err().code(), "email.length");
}

#[test]
fn names_as_people_write_them() {
    for (typed, kept) in [
        ("张三", "张三"),
        ("张　三", "张三"),
        ("\u{FEFF}张\u{200B}三 ", "张三"),
        ("⻢⽂", "马文"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("买买提．吐尔逊", "买买提·吐尔逊"),
        ("𬭩㛃龑", "𬭩㛃龑"),
        ("Anna  Maria O’Neil", "Anna Maria O'Neil"),
    ] {
        assert_eq!(PersonName::parse(typed).unwrap().as_str(), kept, "{typed}");
    }
    for (typed, code) in [
        ("　", "name.empty"),
        ("张\u{7}三", "name.control"),
        ("张\n三", "name.control"),
        ("张?三", "name.lost"),
        ("张\u{E123}", "name.lost"),
        ("张三1", "name.character"),
        ("张三（小）", "name.character"),
        ("·张三", "name.character"),
    ] {
        assert_eq!(
            PersonName::parse(typed).unwrap_err().code(),
            code,
            "{typed:?}"
        );
    }
    assert!(PersonName::parse(&"买".repeat(50)).is_ok());
    assert_eq!(
        PersonName::parse(&"买".repeat(51)).unwrap_err().code(),
        "name.length"
    );
}

/// Three parts: what happened, why, what to do. The copy rules call for plain statements.
#[test]
fn sentences_have_three_parts() {
    let mut sentences = Vec::new();
    let mut hear = |error: Option<&dyn Explain>| {
        sentences.push(error.expect("refused").sentence());
    };
    for typed in [
        "",
        "1",
        "x40000198001019992",
        "440000800101991",
        "000000198001019990",
        "440000198002310001",
        "440000198001019991",
    ] {
        hear(IdentityNumber::parse(typed).as_ref().err().map(|e| e as _));
    }
    for typed in ["440000202711220008", "440000188012319991"] {
        hear(
            IdentityNumber::parse_on(typed, TODAY)
                .as_ref()
                .err()
                .map(|e| e as _),
        );
    }
    for typed in ["", "1", "91440000XIEM000114", "91440000XDEM000110"] {
        hear(CreditCode::parse(typed).as_ref().err().map(|e| e as _));
    }
    for typed in ["", "1a", "1", "12800000000"] {
        hear(Mobile::parse(typed).as_ref().err().map(|e| e as _));
    }
    for typed in ["", "0a", "22000001", "0769-2200001"] {
        hear(Landline::parse(typed).as_ref().err().map(|e| e as _));
    }
    for typed in ["", "1a", "1", "0000000000000000"] {
        hear(BankCard::parse(typed).as_ref().err().map(|e| e as _));
    }
    for sentence in sentences {
        assert!(sentence.ends_with('。'), "{sentence}");
        let stops = sentence.matches(['。', '，', '；']).count();
        assert!(stops >= 3, "what, why, what to do: {sentence}");
        assert!(
            !["输入有误", "非法", "系统异常", "！"]
                .iter()
                .any(|word| sentence.contains(word)),
            "{sentence}"
        );
    }
}

proptest! {
    #[test]
    fn typed_text_never_panics(text in "\\PC{0,24}", digits in "[0-9X９ -]{0,24}") {
        for typed in [&text, &digits] {
            let _ = IdentityNumber::parse_on(typed, TODAY);
            let _ = CreditCode::parse(typed);
            let _ = Mobile::parse(typed);
            let _ = Landline::parse(typed);
            let _ = Email::parse(typed);
            let _ = BankCard::parse(typed);
            if let Ok(name) = PersonName::parse(typed) {
                prop_assert_eq!(PersonName::parse(name.as_str()), Ok(name));
            }
        }
    }

    /// ISO 7064 MOD 11-2 and the Luhn check find every single wrong digit.
    #[test]
    fn one_wrong_digit_is_found(place in 0_usize..17, by in 1_u8..10) {
        let mut digits = *b"440000198001019992";
        digits[place] = b'0' + (digits[place] - b'0' + by) % 10;
        prop_assert!(IdentityNumber::parse(std::str::from_utf8(&digits).unwrap()).is_err());
        let mut digits = *b"6200000001000000008";
        digits[place] = b'0' + (digits[place] - b'0' + by) % 10;
        let card = BankCard::parse(std::str::from_utf8(&digits).unwrap()).unwrap();
        prop_assert!(card.doubts().contains(&BankCardDoubt::CheckDigit));
    }

    #[test]
    fn text_folding_is_idempotent(text in "\\PC{0,40}") {
        use domain::text::{compact, match_key, tidy};
        prop_assert_eq!(tidy(&tidy(&text)), tidy(&text));
        prop_assert_eq!(compact(&compact(&text)), compact(&text));
        prop_assert_eq!(match_key(&match_key(&text)), match_key(&text));
    }
}

#[test]
fn organisation_names_meet_in_their_keys() {
    use domain::text::{match_key, tidy, tidy_lines};
    assert_eq!(
        match_key("云津市（示例）技师学院"),
        match_key("云津市(示例) 技师学院\u{200B}")
    );
    assert_ne!(
        match_key("云津市第一技师学院"),
        match_key("云津市第二技师学院")
    );
    assert_eq!(tidy("  ⼈⼒资源，ＡＢＣ１２　x "), "人力资源，ABC12 x");
    assert_eq!(tidy_lines("\n一 \r\n\r\n  二\n"), "一\n\n二");
}
