//! The text of every printed document, compared with a golden file of its letters (blanks and line
//! ends left out, since they depend on the fonts of the machine). `UPDATE_GOLDEN=1` writes them anew;
//! the pictures are to be looked at then (`cargo run -p documents --example print_samples`).

mod samples;

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use documents::annex::{Answer, Signed};
use documents::certificates::Paper;
use documents::fonts::{FANG, FontSettings, SystemFonts};
use documents::form::{Block, FormView, Size};
use documents::invitations::Standing;
use documents::meetings::Evidence;
use documents::pages::{Limits, PageReader};
use documents::pdf::{PdfError, Printable, Typesetter};
use documents::worker::Isolation;
use domain::explain::Explain;
use domain::policy::pack::{CellContent, FormCell, Source};

/// Fonts are looked for and loaded once.
fn typesetter() -> &'static Typesetter {
    static SHARED: LazyLock<Typesetter> = LazyLock::new(|| {
        Typesetter::new(&FontSettings::default()).expect("a Chinese font; install fonts-noto-cjk")
    });
    &SHARED
}

fn poppler(program: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pdf).unwrap();
    let output = Command::new(program)
        .args(arguments)
        .arg(file.path())
        .args((program == "pdftotext").then_some("-"))
        .output()
        .unwrap_or_else(|error| {
            panic!("{program} is needed to read the PDFs back; install poppler-utils ({error})")
        });
    assert!(
        output.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn text(view: &impl Printable) -> String {
    poppler(
        "pdftotext",
        &["-raw"],
        &typesetter().pdf(view, samples::at()).unwrap(),
    )
}

/// Letters without blanks; zero-width spaces mark where mail addresses may break.
fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != '\u{200b}')
        .collect()
}

fn golden(name: &str, view: &impl Printable) {
    let text = text(view);
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
        .with_extension("txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| !value.is_empty()) {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &text).unwrap();
    }
    let expected = std::fs::read_to_string(&file)
        .unwrap_or_else(|_| panic!("no golden text {}", file.display()));
    assert_eq!(
        letters(&text),
        letters(&expected),
        "{name} prints other words; look at its picture, then set UPDATE_GOLDEN=1"
    );
}

#[test]
fn every_document_prints_its_words() {
    for (name, view) in samples::forms() {
        golden(name, &view);
    }
    for (name, view) in samples::letters() {
        golden(name, &view);
    }
    for (name, paper) in [("certificate", Paper::Sheet), ("work_card", Paper::Card)] {
        golden(name, &samples::certificates(paper));
    }
}

/// Covers: DG-A1.
#[test]
fn the_application_form_prints_every_field_of_the_annex() {
    let text = letters(&text(&samples::application(3, 2).view()));
    let labels = [
        "姓名",
        "性别",
        "出生年月",
        "身份证号码",
        "通讯地址",
        "办公电话",
        "手机",
        "电子邮箱",
        "现工作单位",
        "职务",
        "职称/职业资格",
        "工作单位属性",
        "专业特长/研究领域",
        "获得何荣誉称号",
        "专业技术职务任职资格",
        "最高学历",
        "学校",
        "学制",
        "学位",
        "工作经历",
        "起止时间",
        "所属行业领域",
        "从事何专业技术工作",
        "主要专业工作业绩",
        "单位意见：",
        "盖章",
        "填表说明",
    ];
    for label in labels {
        assert!(text.contains(label), "{label} in {text}");
    }
    for value in [
        "欧阳示范",
        "1978年6月",
        "440000197806019990",
        "0769-00000001",
        "15400000001",
        "oysf@example.com",
        "高级讲师",
        "云岭理工大学",
        "本人郑重承诺",
    ] {
        assert!(text.contains(value), "{value} in {text}");
    }
}

/// Every field of every form of every pack is on the paper with its value, and so is room for each seal and
/// day; a field no cell shows is missed.
///
/// Covers: GZ-A-1, DG-A1, DG-A2.
#[test]
fn every_field_of_every_form_is_printed_with_its_value() {
    let mut seen = 0;
    for shipped in domain::policy::library::SHIPPED {
        let pack = domain::policy::check(shipped.pack).unwrap();
        for form in &pack.forms {
            seen += 1;
            let mut filled = samples::filled("dg-2021", "annex1");
            filled.signed = Signed::OnPaper;
            let one = filled.stated.clone();
            filled.stated.unit = "云岭市高级技工学校".into();
            filled.stated.filled_by = "陈示范".into();
            filled.stated.filler_phone = "15400000009".into();
            filled.stated.rows = vec![one.clone(), one];
            filled.form = form.clone();
            let view = filled.view();
            let pdf = typesetter().pdf(&view, samples::at()).unwrap();
            let printed = letters(&poppler("pdftotext", &["-raw"], &pdf));
            let missing = unprinted(&filled, &printed);
            assert_eq!(missing, [""; 0], "{} {}: {printed}", shipped.id, form.id);
            let sealed = form.signatures.iter().filter(|one| one.seal).count();
            if form.is_of_one_person() {
                assert_eq!(printed.matches("盖章年月日").count(), sealed, "{printed}");
            }
            let pictures = form.fields.iter().filter(|field| field.picture.is_some());
            assert_eq!(view.pictures.len(), pictures.count());

            // A field that falls out of the grid is noticed.
            for row in 0..form.rows.len() {
                let mut less = form.clone();
                less.rows.remove(row);
                let shows = |cell: &FormCell| {
                    matches!(cell.shows, CellContent::Value(_) | CellContent::Table(_))
                        && cell.rows == 1
                };
                if !form.rows[row].cells.iter().any(shows) {
                    continue;
                }
                let short = samples::Filled {
                    form: less,
                    stated: filled.stated.clone(),
                    signed: Signed::OnPaper,
                    opinion: filled.opinion.clone(),
                };
                let words = letters(&words_of(&short.view()));
                let complete = samples::Filled {
                    form: form.clone(),
                    ..short
                };
                assert!(
                    !unprinted(&complete, &words).is_empty(),
                    "{}: nobody misses row {row}",
                    form.id
                );
            }
        }
    }
    assert!(seen >= 4, "{seen} forms");
}

/// Labels and values of a form that are not among what was printed.
fn unprinted(filled: &samples::Filled, printed: &str) -> Vec<String> {
    let mut missing = Vec::new();
    for field in &filled.form.fields {
        let mut wanted = Vec::new();
        match filled.stated.answer(field) {
            Answer::Words(words) => {
                wanted.extend(words);
                wanted.extend(field.choices.clone());
            }
            Answer::Rows(rows) => {
                let columns = field.columns.iter();
                wanted.extend(columns.map(|column| column.label.clone()));
                wanted.extend(rows.concat());
            }
            Answer::Picture(_) => {}
        }
        let own_label = !matches!(
            field.source,
            Source::Photo | Source::Channel | Source::BatchRows
        );
        if own_label && field.label != "填报日期" {
            wanted.push(field.label.clone());
        }
        wanted.retain(|text| !printed.contains(&letters(text)));
        missing.extend(wanted);
    }
    missing
}

/// Words of a view, without typesetting it.
fn words_of(view: &FormView) -> String {
    serde_json::to_value(&view.blocks)
        .map(|blocks| {
            let mut words = String::new();
            let mut left = vec![blocks];
            while let Some(value) = left.pop() {
                match value {
                    serde_json::Value::String(text) => words += &text,
                    serde_json::Value::Array(all) => left.extend(all.into_iter().rev()),
                    serde_json::Value::Object(all) => left.extend(all.into_iter().map(|(_, v)| v)),
                    _ => {}
                }
            }
            words
        })
        .unwrap()
}

/// Covers: GZ-A-1, GZ-A-1-c, GZ-A-1-d.
#[test]
fn the_recommendation_form_shows_photo_boxes_and_at_most_three_specialties() {
    let filled = samples::filled("gz-2022", "annex");
    let view = filled.view();
    let pdf = typesetter().pdf(&view, samples::at()).unwrap();
    let text = letters(&poppler("pdftotext", &["-raw"], &pdf));
    let ticked = text.matches('√').count();
    assert_eq!(ticked, 2, "{text}");
    assert_eq!(text.matches('□').count(), 6, "{text}");
    assert!(text.contains("焊工、数控车工、多轴数控加工"), "{text}");
    for room in ["推荐单位意见：", "市职业能力建设指导中心意见："] {
        assert!(text.contains(room), "{room} in {text}");
    }
    let images = poppler("pdfimages", &["-list"], &pdf);
    assert_eq!(
        images.lines().filter(|line| line.contains("image")).count(),
        1,
        "{images}"
    );
}

/// Covers: DG-A1-b.
#[test]
fn only_the_channel_of_the_application_is_ticked() {
    let channels = ["个人自荐", "单位推荐", "互通遴选", "特约邀请"];
    for channel in channels {
        let mut form = samples::application(1, 1);
        form.stated.channel = channel.to_owned();
        let text = letters(&text(&form.view()));
        let ticked: Vec<&str> = channels
            .into_iter()
            .filter(|channel| {
                text.contains(&format!("√□{channel}")) || text.contains(&format!("□√{channel}"))
            })
            .collect();
        assert_eq!(ticked, [channel], "{text}");
    }
}

/// Covers: DG-A1-d.
#[test]
fn the_application_form_is_set_in_fangsong_small_four() {
    assert_eq!(FANG[..2], ["FangSong_GB2312", "仿宋_GB2312"]);
    assert_eq!(samples::application(1, 1).view().size, Size::SmallFour);
    // The first face of the role that the machine has is the one in the file.
    let typesetter = typesetter();
    let pdf = typesetter
        .pdf(&samples::application(1, 1).view(), samples::at())
        .unwrap();
    let fonts = letters(&poppler("pdffonts", &[], &pdf)).to_lowercase();
    let first = letters(typesetter.fang_families()[0]).to_lowercase();
    assert!(
        fonts.replace('-', "").contains(&first.replace("sc", "")),
        "{first} in {fonts}"
    );
    let words = poppler("pdftotext", &["-bbox"], &pdf);
    let line = words
        .lines()
        .find(|line| line.contains(">440000197806019990<"))
        .unwrap();
    let number = |name: &str| -> f64 {
        line.split(&format!("{name}=\""))
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .parse()
            .unwrap()
    };
    // Eighteen digits of 12 pt type, each about half as wide as high.
    let width = (number("xMax") - number("xMin")) / 18.0;
    assert!((5.4..=7.2).contains(&width), "{width}");
}

/// Rows of 工作经历 on the form itself (DG 附件1).
const WORK_ROWS: usize = 5;

/// Covers: DG-A1-g.
#[test]
fn rows_that_do_not_fit_go_to_an_additional_sheet_with_heads() {
    let pdf = typesetter()
        .pdf(&samples::application(12, 2).view(), samples::at())
        .unwrap();
    let last = |text: String| {
        text.trim_end_matches('\u{c}')
            .rsplit('\u{c}')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let sheet = letters(&last(poppler("pdftotext", &["-raw"], &pdf)));
    assert!(
        sheet.contains("另附表") && sheet.contains("欧阳示范"),
        "{sheet}"
    );
    for head in ["起止时间", "工作单位", "职务"] {
        assert!(sheet.contains(head), "{head} in {sheet}");
    }
    let count = |text: &str| {
        (1..=12)
            .filter(|n| text.contains(&format!("第{n}分厂")))
            .count()
    };
    assert_eq!(count(&sheet), 12 - WORK_ROWS);
    assert_eq!(count(&letters(&poppler("pdftotext", &["-raw"], &pdf))), 12);
    assert!(
        !letters(&text(&samples::application(WORK_ROWS, 1).view())).contains("入库申请表另附表")
    );
}

/// Covers: DG-A2.
#[test]
fn the_summary_list_numbers_its_rows_and_repeats_its_head() {
    let pages = |count| {
        let pdf = typesetter()
            .pdf(&samples::summary(count).view(), samples::at())
            .unwrap();
        let text = poppler("pdftotext", &["-raw"], &pdf);
        text.trim_end_matches('\u{c}')
            .split('\u{c}')
            .map(letters)
            .collect::<Vec<_>>()
    };
    let short = pages(7).concat();
    for n in 1..=7 {
        assert!(short.contains(&format!("154{n:08}")));
    }
    assert!(short.contains("□√单位推荐") || short.contains("√□单位推荐"));
    assert!(
        short.contains("填报人：陈示范")
            && short.contains("联系电话：15400000009")
            && short.contains("2026年11月22日")
    );
    let long = pages(60);
    assert!(long.len() > 1);
    assert!(
        long.iter()
            .all(|page| page.contains("身份证号码") && page.contains("获得荣誉"))
    );
}

#[test]
fn a_rehearsal_says_so_on_every_page_and_a_real_draw_never() {
    let pages = |standing| {
        let text = text(&samples::draw_record(standing).view());
        text.trim_end_matches('\u{c}')
            .split('\u{c}')
            .map(letters)
            .collect::<Vec<_>>()
    };
    let rehearsal = pages(Standing::Rehearsal);
    assert!(rehearsal.len() > 1 && rehearsal.iter().all(|page| page.contains("不作为正式结果")));
    assert!(
        pages(Standing::Real)
            .iter()
            .all(|page| !page.contains("演练"))
    );
}

#[test]
fn the_properties_carry_title_language_and_time() {
    let view = samples::draw_record(Standing::Real).view();
    let typesetter = typesetter();
    let pdf = typesetter.pdf(&view, samples::at()).unwrap();
    let properties = poppler("pdfinfo", &[], &pdf);
    assert!(
        properties.contains("云岭市职业能力建设专家库专家抽取记录"),
        "{properties}"
    );
    assert!(properties.contains("Tagged:          yes"), "{properties}");
    assert!(
        memchr::memmem::find(&pdf, b"/Lang").is_some(),
        "no language"
    );
    assert_eq!(
        pdf,
        typesetter.pdf(&view, samples::at()).unwrap(),
        "same view, same bytes"
    );
}

#[test]
fn without_a_chinese_font_the_reason_and_the_remedy_are_named() {
    let empty = tempfile::tempdir().unwrap();
    let settings = FontSettings {
        folders: vec![empty.path().into()],
        system: SystemFonts::Ignore,
    };
    let error = Typesetter::new(&settings).err().unwrap();
    assert!(matches!(error, PdfError::NoChineseFont));
    let sentence = error.sentence();
    assert!(
        sentence.starts_with("未找到中文字体")
            && sentence.contains("fonts-noto-cjk")
            && sentence.contains("fonts_dir")
    );
}

#[test]
fn one_typesetter_serves_many_threads() {
    let typesetter = typesetter();
    std::thread::scope(|scope| {
        for n in 1..=4 {
            scope.spawn(move || {
                for _ in 0..3 {
                    let pdf = typesetter
                        .pdf(&samples::summary(n).view(), samples::at())
                        .unwrap();
                    let text = letters(&poppler("pdftotext", &["-raw"], &pdf));
                    assert!(
                        text.contains(&format!("154{n:08}"))
                            && !text.contains(&format!("154{:08}", n + 1))
                    );
                }
            });
        }
    });
}

/// Each page of a file stands on a sheet of its own, unpacked by nobody on the way.
#[test]
fn the_pages_of_files_follow_the_dossier_under_a_line_that_names_them() {
    let reader = PageReader {
        isolation: Isolation::Child {
            program: env!("CARGO_BIN_EXE_worker").into(),
        },
        limits: Limits::default(),
        face: typesetter().face(),
    };
    let paragraph = |text: &str| Block::Paragraph { text: text.into() };
    let proof = FormView {
        title: vec!["证明".into()],
        blocks: vec![paragraph("第一页"), Block::NewPage, paragraph("第二页")],
        ..FormView::default()
    };
    let proof = typesetter().pdf(&proof, samples::at()).unwrap();
    let mut across = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(420, 300)
        .write_to(&mut across, image::ImageFormat::Png)
        .unwrap();
    let file = |name: &str, bytes: &[u8]| Evidence {
        proves: "职称证书".into(),
        name: name.into(),
        digest: "0123456789abcdef".repeat(4),
        pages: reader.read(bytes),
    };
    let mut pack = samples::agenda(1);
    pack.people[0].files = vec![
        file("两页.pdf", &proof),
        file("残缺.pdf", b"%PDF-1.7"),
        file("照片.png", across.get_ref()),
    ];
    let pdf = typesetter().pdf(&pack.view(), samples::at()).unwrap();

    let properties = poppler("pdfinfo", &["-f", "1", "-l", "5"], &pdf);
    let sizes: Vec<&str> = properties
        .lines()
        .filter(|line| line.starts_with("Page ") && line.contains("size:"))
        .collect();
    // The agenda, the dossier, two pages and a picture that lies across.
    assert!(properties.contains("Pages:           5"), "{properties}");
    let across: Vec<bool> = sizes.iter().map(|size| size.contains("841.89 x")).collect();
    assert_eq!(across, [false, false, false, false, true], "{sizes:?}");
    let images = poppler("pdfimages", &["-list"], &pdf);
    let jpegs = images.lines().filter(|line| line.contains(" jpeg "));
    assert_eq!(jpegs.count(), 3, "{images}");
    let text = letters(&poppler("pdftotext", &["-raw"], &pdf));
    for words in [
        "附2页。",
        "文件已损坏或不完整，没有附上。请在系统中打开原件。",
        "职称证书两页.pdf第1/2页SM30123456789abcdef",
        "职称证书两页.pdf第2/2页",
        "职称证书照片.png第1/1页",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
}

/// Words with meaning to the typesetter are printed as they are.
#[test]
fn nothing_in_a_view_is_markup() {
    let mut form = samples::application(1, 1);
    form.stated.profile.name = "#panic(\"x\") $a_b$ *粗* [括] @引用 <标签> \\".into();
    form.stated.honour = "//注 /*注*/ = 标题 - 列表".into();
    let text = letters(&text(&form.view()));
    assert!(text.contains("*粗*") && text.contains("#panic"), "{text}");
    assert!(text.contains("/*注*/"), "{text}");
}
