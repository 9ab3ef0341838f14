//! The materials as pages show them: what lacks, what came, and its files.

use documents::meetings::Line;
use domain::application::Application;
use domain::application::guard::Case;
use domain::finding::Verdict;
use domain::id::{FileId, RecordId};
use domain::policy::checklist::{self, HandedIn};
use domain::policy::pack::{Guard, Need};
use domain::policy::words::Word as _;
use jiff::Timestamp;
use jiff::civil::Date;
use store::attachments::{self, Attachment};

use super::KIND;
use super::materials::places;
use crate::attachments::Body;
use crate::error::Result;
use crate::pools::OpenPool;
use crate::service::Service;

/// One material of the channel's list.
#[derive(Debug, Clone, serde::Serialize)]
pub struct MaterialLine {
    /// Id.
    pub id: String,
    /// What it is.
    pub label: String,
    /// Article.
    pub citation: String,
    /// Whether it is complete.
    pub verdict: Verdict,
    /// What lacks, in a sentence.
    pub sentence: String,
    /// Whether it is always needed.
    pub always: bool,
    /// Whose opinion it must carry.
    pub opinion: Option<String>,
    /// It must be sealed.
    pub seal: bool,
    /// It must be valid on the day it comes in.
    pub expires: bool,
    /// The reason for which it may be waived.
    pub waiver: Option<String>,
    /// Its parts: id, label.
    pub parts: Vec<(String, String)>,
    /// Each part is handed in or said not to be held.
    pub unheld: bool,
    /// What came in.
    pub handed: HandedIn,
    /// Its files.
    pub files: Vec<FileLine>,
}

impl From<&MaterialLine> for Line {
    fn from(line: &MaterialLine) -> Self {
        Self {
            verdict: line.verdict.zh().to_owned(),
            text: line.sentence.clone(),
            article: line.citation.clone(),
        }
    }
}

/// A file of an application.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FileLine {
    /// Identifier.
    pub id: FileId,
    /// Where it stands: `item` or `item/part`.
    pub place: String,
    /// What it proves.
    pub label: String,
    /// Name as uploaded.
    pub name: String,
    /// It is a picture that pages can show.
    pub picture: bool,
    /// Bytes.
    pub size: u64,
    /// When.
    pub at: Timestamp,
}

impl Service {
    /// The files of an application, each with what it proves, in the order of the channel's list.
    pub(crate) async fn evidence_of(
        &self,
        pool: &OpenPool,
        one: &Application,
    ) -> Result<Vec<(String, Attachment<Body>)>> {
        let places = places(pool, one)?;
        let mut files = Vec::new();
        for file in self.materials_of(one).await? {
            // Those of somebody appointed stand under their labels.
            let kind = &file.body.kind;
            let known = |(place, label): &(String, String)| place == kind || label == kind;
            let at = places.iter().position(known);
            let label = at.and_then(|at| places.get(at));
            let label = label.map_or_else(|| "其他".to_owned(), |(_, label)| label.clone());
            files.push((at.unwrap_or(places.len()), label, file));
        }
        files.sort_by_key(|(at, _, _)| *at);
        let files = files.into_iter().map(|(_, label, file)| (label, file));
        Ok(files.collect())
    }

    pub(super) async fn files_of_application(
        &self,
        db: &mut impl store::Db,
        id: RecordId,
        places: &[(String, String)],
    ) -> Result<Vec<FileLine>> {
        let files = attachments::of::<Body>(db, KIND, &id.to_string()).await?;
        Ok(files
            .into_iter()
            .map(|file| FileLine {
                id: file.id,
                label: places
                    .iter()
                    .find(|(place, _)| *place == file.body.kind)
                    .map_or_else(|| "其他".to_owned(), |(_, label)| label.clone()),
                place: file.body.kind,
                name: file.keys.name,
                picture: file.keys.media_type.starts_with("image/"),
                size: u64::try_from(file.keys.size).unwrap_or_default(),
                at: file.keys.created_at,
            })
            .collect())
    }
}

pub(super) fn materials(
    pool: &OpenPool,
    case: &Case<'_>,
    on: Date,
    files: &[FileLine],
) -> Result<Vec<MaterialLine>> {
    let findings = case.findings(Guard::MaterialsComplete, on);
    let items = checklist::items(&pool.pack, case.channel);
    let named = findings.get(items.len()..).unwrap_or_default().to_vec();
    let files_at = |item: &str| {
        let here = |file: &&FileLine| file.place.split('/').next() == Some(item);
        files.iter().filter(here).cloned().collect()
    };
    let handed = |item: &str| {
        let found = case.application.handed.get(item);
        found.cloned().unwrap_or_default()
    };
    let mut lines: Vec<MaterialLine> = items
        .into_iter()
        .zip(findings)
        .map(|(item, finding)| MaterialLine {
            id: item.id.clone(),
            label: item.label.clone(),
            citation: item.citation.to_string(),
            verdict: finding.verdict,
            sentence: finding.sentence,
            always: item.need == Need::Always,
            opinion: item.opinion.clone(),
            seal: !item.seal.is_empty(),
            expires: item.valid_on_submission,
            waiver: item.waiver.as_ref().map(|waiver| waiver.reason.clone()),
            parts: item
                .parts
                .iter()
                .map(|part| (part.id.clone(), part.label.clone()))
                .collect(),
            unheld: item.parts_answered,
            handed: handed(&item.id),
            files: files_at(&item.id),
        })
        .collect();
    lines.extend(named.into_iter().map(|finding| MaterialLine {
        label: finding.code.clone(),
        citation: finding.citation.to_string(),
        verdict: finding.verdict,
        sentence: finding.sentence,
        always: true,
        opinion: None,
        seal: false,
        expires: false,
        waiver: None,
        parts: Vec::new(),
        unheld: false,
        handed: handed(&finding.code),
        files: files_at(&finding.code),
        id: finding.code,
    }));
    Ok(lines)
}
