//! Cases on what a filled form still lacks, and on pictures.

use std::collections::BTreeMap;

use super::{Scene, case, differs};
use crate::policy::filled_form;

case! {
    /// 填写的表格
    FilledCase = "filled" {
        /// Form.
        form: String,
        /// Answers, by field.
        #[serde(default)]
        answers: BTreeMap<String, Vec<String>>,
        /// Fields left out of a form filled in every other place.
        #[serde(default)]
        all_but: Option<Vec<String>>,
        /// Fields that do not do.
        lacking: Vec<String>,
        /// Words the findings must have.
        #[serde(default)]
        says: Vec<String>,
    }
}

impl FilledCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(form) = scene.pack.form(&self.form) else {
            return vec![format!("没有“{}”这张表。", self.form)];
        };
        let mut answers = self.answers.clone();
        if let Some(left) = &self.all_but {
            for field in form.fields.iter().filter(|field| !left.contains(&field.id)) {
                let any = field.choices.first().cloned();
                answers
                    .entry(field.id.clone())
                    .or_insert_with(|| vec![any.unwrap_or_else(|| "某".to_owned())]);
            }
        }
        let findings = filled_form::lacking(form, &answers);
        let found: Vec<String> = findings
            .iter()
            .map(|finding| finding.code.clone())
            .collect();
        let mut failures: Vec<String> = differs("不合的栏目", &found, &self.lacking)
            .into_iter()
            .collect();
        let sentences: String = findings.iter().map(|f| f.sentence.as_str()).collect();
        for words in self
            .says
            .iter()
            .filter(|words| !sentences.contains(words.as_str()))
        {
            failures.push(format!("说明中应有“{words}”，实为：{sentences}"));
        }
        failures
    }
}

case! {
    /// 照片
    PictureCase = "picture" {
        /// Form.
        form: String,
        /// Field.
        field: String,
        /// Format of the file.
        format: String,
        /// Width and height in pixels.
        pixels: (u32, u32),
        /// Does it do?
        fits: bool,
    }
}

impl PictureCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let form = scene.pack.form(&self.form);
        let rules = form
            .and_then(|form| form.field(&self.field))
            .and_then(|field| field.picture.as_ref());
        let Some(rules) = rules else {
            return vec![format!("“{}”没有照片的规定。", self.field)];
        };
        let (width, height) = self.pixels;
        let wrong = filled_form::picture_wrong(rules, &self.format, width, height);
        differs("照片是否可用", &wrong.is_none(), &self.fits)
            .into_iter()
            .chain(wrong.filter(|_| self.fits))
            .collect()
    }
}
