//! Amounts: 大写金额 vectors, reading and writing, rounding.

mod common;

use domain::explain::Explain;
use domain::money::{Fen, MoneyError, Rounding};
use proptest::prelude::*;

#[test]
fn words_vectors() {
    let rows = common::rows(include_str!("data/money_words_vectors.csv"));
    assert_eq!(rows.len(), 37);
    for row in rows {
        let amount = Fen::parse(&row["amount"]).unwrap();
        assert_eq!(amount.words(), row["canonical"], "{}", row["amount"]);
    }
}

#[test]
fn words_beyond_the_vectors() {
    for (yuan, words) in [
        (1_000_000_000_000, "壹万亿元整"),
        (1_000_100_000_000, "壹万零壹亿元整"),
        (100_010_000, "壹亿零壹万元整"),
        (6_560, "陆仟伍佰陆拾元整"),
    ] {
        assert_eq!(Fen::from_yuan(yuan).unwrap().words(), words);
    }
    assert_eq!(Fen(i64::MAX).words().chars().next(), Some('玖'));
}

#[test]
fn reads_what_people_type() {
    for (typed, fen) in [
        ("100.00", 10_000),
        ("1,600", 160_000),
        ("1,600.5", 160_050),
        ("１６００．００", 160_000),
        ("￥1600元", 160_000),
        ("¥0.01", 1),
        ("-500", -50_000),
    ] {
        assert_eq!(Fen::parse(typed), Ok(Fen(fen)), "{typed}");
    }
    for (typed, code) in [
        ("", "money.empty"),
        ("元", "money.empty"),
        ("一千", "money.form"),
        (".5", "money.form"),
        ("5.", "money.form"),
        ("1.2.3", "money.form"),
        ("--5", "money.form"),
        ("1.005", "money.decimals"),
        ("16,00", "money.commas"),
        (",600", "money.commas"),
        ("99999999999999999999", "money.range"),
    ] {
        assert_eq!(Fen::parse(typed).unwrap_err().code(), code, "{typed}");
    }
}

#[test]
fn writes_tables_text_and_packs() {
    let amount = Fen(160_000);
    assert_eq!(amount.to_string(), "1,600.00");
    assert_eq!(amount.in_text(), "1,600");
    assert_eq!(amount.plain(), "1600.00");
    assert_eq!(Fen(-123_456_789).to_string(), "-1,234,567.89");
    assert_eq!(Fen(5).in_text(), "0.05");
    assert_eq!(format!("{:>10}", Fen(100)), "      1.00");
}

#[test]
fn rounding_is_by_name() {
    let third = |rounding| Fen(100).share(1, 3, rounding).unwrap();
    assert_eq!(
        [
            third(Rounding::HalfUp),
            third(Rounding::Down),
            third(Rounding::Up)
        ],
        [Fen(33), Fen(33), Fen(34)]
    );
    let half = |fen: i64, rounding| Fen(fen).share(1, 2, rounding).unwrap().0;
    assert_eq!(
        (half(5, Rounding::HalfUp), half(-5, Rounding::HalfUp)),
        (3, -3)
    );
    assert_eq!((half(5, Rounding::Down), half(-5, Rounding::Up)), (2, -3));
    assert_eq!(Fen(149).round_to_yuan(Rounding::HalfUp), Ok(Fen(100)));
    assert_eq!(Fen(150).round_to_yuan(Rounding::HalfUp), Ok(Fen(200)));
    assert_eq!(
        Fen(1).share(1, 0, Rounding::Down),
        Err(MoneyError::DividedByZero)
    );
}

#[test]
fn arithmetic_is_checked() {
    assert_eq!(Fen(i64::MAX).plus(Fen(1)), Err(MoneyError::Range));
    assert_eq!(Fen(i64::MIN).minus(Fen(1)), Err(MoneyError::Range));
    assert_eq!(Fen(i64::MAX).times(2), Err(MoneyError::Range));
    assert_eq!(
        Fen(i64::MAX).share(3, 2, Rounding::Down),
        Err(MoneyError::Range)
    );
    assert_eq!(Fen::total([Fen(1), Fen(2), Fen(3)]), Ok(Fen(6)));
}

/// An independent reader of 大写 amounts, digit by digit.
fn read_words(words: &str) -> i64 {
    let (mut total, mut group, mut number, mut fen) = (0_i64, 0_i64, 0_i64, 0_i64);
    for c in words.chars() {
        let digit = "零壹贰叁肆伍陆柒捌玖".chars().position(|d| d == c);
        match c {
            _ if digit.is_some() => number = digit.unwrap() as i64,
            '拾' => group += std::mem::take(&mut number) * 10,
            '佰' => group += std::mem::take(&mut number) * 100,
            '仟' => group += std::mem::take(&mut number) * 1000,
            '万' => {
                total += (std::mem::take(&mut group) + std::mem::take(&mut number)) * 10_000;
            }
            '亿' => {
                total += std::mem::take(&mut group) + std::mem::take(&mut number);
                total *= 100_000_000;
            }
            '元' => fen = (total + group + std::mem::take(&mut number)) * 100,
            '角' => fen += std::mem::take(&mut number) * 10,
            '分' => fen += std::mem::take(&mut number),
            _ => {}
        }
    }
    fen
}

proptest! {
    #[test]
    fn words_can_be_read_back(fen in 0_i64..1_000_000_000_000_000) {
        prop_assert_eq!(read_words(&Fen(fen).words()), fen);
    }

    #[test]
    fn figures_can_be_read_back(fen in any::<i64>().prop_filter("negatable", |fen| *fen > i64::MIN)) {
        prop_assert_eq!(Fen::parse(&Fen(fen).to_string()), Ok(Fen(fen)));
        prop_assert_eq!(Fen::parse(&Fen(fen).plain()), Ok(Fen(fen)));
    }

    #[test]
    fn shares_lie_within_one_fen(fen in -1_000_000_i64..1_000_000, n in 0_u32..100, d in 1_u32..100) {
        let exact = fen as f64 * f64::from(n) / f64::from(d);
        for rounding in [Rounding::HalfUp, Rounding::Down, Rounding::Up] {
            let got = Fen(fen).share(n, d, rounding).unwrap().0 as f64;
            prop_assert!((got - exact).abs() < 1.0 + 1e-9);
        }
    }
}
