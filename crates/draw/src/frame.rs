//! The frame: who can be drawn, who cannot and why, and for what.

use serde::ser::{SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};

use crate::classes::{Classes, Folding, GroupSet};
use crate::header::{Candidate, Excluded, Header};
use crate::infeasible::Infeasible;
use crate::json::{At, Fields, ReadError, canonical, parse, write_text};
use crate::merkle::TreeHash;
use crate::replay::{Outcome, Replay};
use crate::suite::{Digest, Ref};

/// A checked frame. Immutable; its digest is what parties commit to.
///
/// Memory: 20 bytes a candidate plus one entry per class and cap token.
#[derive(Clone, Debug)]
pub struct Frame {
    header: Header,
    refs: Vec<Ref>,
    classes: Classes,
    excluded: Vec<Excluded>,
    digest: Digest,
}

/// Why a list of people and a request do not make a frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(
    missing_docs,
    reason = "every variant and its fields are told by its message"
)]
pub enum FrameError {
    #[error("抽取编号为空。每次抽取要有编号，记录才能被引用。请填写编号")]
    NoDraw,
    #[error(
        "第 {attempt} 次抽取的“上次记录指纹”不对：第 1 次应为 64 个 0，之后各次应为上一次记录的指纹"
    )]
    Previous { attempt: u32 },
    #[error("{what}有 {count} 项，至多 {most} 项")]
    TooMany {
        what: &'static str,
        count: usize,
        most: usize,
    },
    #[error("{what}中有空名称。名称用来区分各项，请补上")]
    EmptyName { what: &'static str },
    #[error("{what}中“{id}”重复。名称用来区分各项，请改成不同的名称")]
    RepeatedName { what: &'static str, id: String },
    #[error("没有密签方。至少要有一方提供随机数，结果才无人可以事先知道")]
    NoParty,
    #[error(
        "{list}未按编号升序排列或有重复，从 {reference} 起。同一份名单只能有一种写法，请排序去重"
    )]
    NotSorted { list: &'static str, reference: Ref },
    #[error("{reference} 既是候选人又被排除。一个人只能在其中一边")]
    BothSides { reference: Ref },
    #[error("候选人 {reference} 的组别 {group} 不存在，共 {groups} 组，从 0 起数")]
    UnknownGroup {
        reference: Ref,
        group: u32,
        groups: usize,
    },
    #[error("候选人 {reference} 的组别为空、重复或未升序。能抽的人至少能进一组")]
    Groups { reference: Ref },
    #[error(
        "候选人 {reference} 有 {found} 个限额标记，应与限额数相同，为 {expected} 个（没有的写 null）"
    )]
    Caps {
        reference: Ref,
        found: usize,
        expected: usize,
    },
    #[error(
        "限额“{narrow}”与“{wide}”交叉：{one} 与 {other} 的“{narrow}”同为“{token}”，而“{wide}”不同。\
         限额只能一层套一层（如单位在地区之内），交叉时无法保证名额补得满。请合并或去掉其中一个限额"
    )]
    CrossingCaps {
        narrow: String,
        wide: String,
        token: String,
        one: Ref,
        other: Ref,
    },
    #[error("被排除的 {reference} 没有写明理由。每个被排除的人都要有理由")]
    NoGrounds { reference: Ref },
}

/// Why a document is not a frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameReadError {
    /// The document does not have the shape of a frame.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The shape is right, the content is not.
    #[error(transparent)]
    Frame(#[from] FrameError),
}

impl Frame {
    /// Most candidates in one frame: 2^27.
    pub const MOST_CANDIDATES: usize = 1 << 27;

    /// Checks everything the protocol asks of a frame. Candidates and excluded
    /// must be sorted by reference.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn new(
        header: Header,
        candidates: Vec<Candidate>,
        excluded: Vec<Excluded>,
    ) -> Result<Self, FrameError> {
        check_header(&header)?;
        let most = Self::MOST_CANDIDATES;
        let count = candidates.len();
        if count > most {
            return Err(FrameError::TooMany {
                what: "候选人",
                count,
                most,
            });
        }
        check_sorted("候选名单", candidates.iter().map(|c| c.reference))?;
        check_sorted("排除名单", excluded.iter().map(|e| e.reference))?;

        let mut refs = Vec::with_capacity(count);
        let mut folding = Folding::new(header.caps.len(), count);
        for candidate in candidates {
            let reference = candidate.reference;
            let groups = group_set(&candidate, header.groups.len())?;
            let (found, expected) = (candidate.caps.len(), header.caps.len());
            if found != expected {
                return Err(FrameError::Caps {
                    reference,
                    found,
                    expected,
                });
            }
            folding
                .push(reference, groups, &candidate.caps)
                .map_err(|crossing| FrameError::CrossingCaps {
                    narrow: header.caps[crossing.narrow].id.clone(),
                    wide: header.caps[crossing.wide].id.clone(),
                    token: crossing.token,
                    one: crossing.witness,
                    other: reference,
                })?;
            refs.push(reference);
        }
        for person in &excluded {
            let reference = person.reference;
            if refs.binary_search(&reference).is_ok() {
                return Err(FrameError::BothSides { reference });
            }
            if person.grounds.is_empty() {
                return Err(FrameError::NoGrounds { reference });
            }
        }
        let mut frame = Self {
            header,
            refs,
            classes: folding.finish(),
            excluded,
            digest: Digest::ZERO,
        };
        frame.digest = frame.compute_digest();
        Ok(frame)
    }

    /// Reads what [`Frame::to_json`] wrote.
    ///
    /// # Errors
    /// If it is not exactly a frame.
    pub fn from_json(bytes: &[u8]) -> Result<Self, FrameReadError> {
        let mut fields = At::root(parse(bytes)?).fields()?;
        let frame = Self::read(&mut fields)?;
        fields.done()?;
        Ok(frame)
    }

    /// The frame as one line of JSON: the header's fields, `candidates`, `excluded`.
    pub fn to_json(&self) -> String {
        crate::record::compact(self)
    }

    pub(crate) fn read(fields: &mut Fields) -> Result<Self, FrameReadError> {
        let header = Header::read(fields)?;
        let candidates = fields.take("candidates")?.list(Candidate::read)?;
        let excluded = fields.take("excluded")?.list(Excluded::read)?;
        Ok(Self::new(header, candidates, excluded)?)
    }

    /// What is asked.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// `frame_digest`: binds header, candidates and excluded.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// How many can be drawn.
    pub fn len(&self) -> usize {
        self.refs.len()
    }

    /// Whether nobody can be drawn.
    pub fn is_empty(&self) -> bool {
        self.refs.is_empty()
    }

    /// Everybody who can be drawn, sorted.
    pub fn refs(&self) -> &[Ref] {
        &self.refs
    }

    /// Everybody in scope who cannot be drawn, sorted.
    pub fn excluded(&self) -> &[Excluded] {
        &self.excluded
    }

    /// Everybody who can be drawn, with groups and tokens, sorted.
    pub fn candidates(&self) -> impl ExactSizeIterator<Item = Candidate> {
        self.refs.iter().enumerate().map(|(index, reference)| {
            let class = self.classes.of()[index];
            Candidate {
                reference: *reference,
                groups: self.group_indexes(class),
                caps: self.classes.tokens(class, self.header.caps.len()),
            }
        })
    }

    /// Groups that `reference` may sit in; none if he is not a candidate.
    pub fn groups_of(&self, reference: Ref) -> GroupSet {
        self.index_of(reference)
            .map(|index| self.classes.class(self.classes.class_of(index)).groups)
            .unwrap_or_default()
    }

    /// The panel and reserves that `seed` gives. [`crate::Draw::run`] makes the
    /// seed and the record; this is for rehearsing, measuring and teaching.
    ///
    /// # Errors
    /// If the seats cannot all be filled.
    pub fn outcome(&self, seed: Digest) -> Result<Outcome, Infeasible> {
        match Replay::draw(self, seed) {
            Some((_, outcome)) => Ok(outcome),
            None => Err(Infeasible::explain(self)),
        }
    }

    pub(crate) fn classes(&self) -> &Classes {
        &self.classes
    }

    pub(crate) fn reference(&self, candidate: u32) -> Ref {
        self.refs[candidate as usize]
    }

    pub(crate) fn index_of(&self, reference: Ref) -> Option<u32> {
        let index = self.refs.binary_search(&reference).ok()?;
        u32::try_from(index).ok()
    }

    /// Seats of each group.
    pub(crate) fn seats(&self) -> Vec<u64> {
        self.header
            .groups
            .iter()
            .map(|g| u64::from(g.seats))
            .collect()
    }

    /// Maximum of each cap.
    pub(crate) fn limits(&self) -> Vec<u64> {
        self.header.caps.iter().map(|c| u64::from(c.max)).collect()
    }

    fn group_indexes(&self, class: u32) -> Vec<u32> {
        let groups = self.classes.class(class).groups;
        (0..64)
            .filter(|group| groups.contains(*group as usize))
            .collect()
    }

    fn compute_digest(&self) -> Digest {
        let suite = self.header.suite;
        // Canonical keys sort as caps, groups, ref: all but the reference is the same for a class.
        let heads: Vec<Vec<u8>> = (0..)
            .take(self.classes.all().len())
            .map(|class| self.leaf_head(class))
            .collect();
        let mut candidates = TreeHash::new(suite);
        let mut leaf = Vec::new();
        for (reference, class) in self.refs.iter().zip(self.classes.of()) {
            leaf.clear();
            leaf.extend_from_slice(&heads[*class as usize]);
            let start = leaf.len();
            leaf.resize(start + 32, 0);
            // The slice is exactly twice as long as the reference.
            let _ = hex::encode_to_slice(reference.0, &mut leaf[start..]);
            leaf.extend_from_slice(b"\"}");
            candidates.push(&leaf);
        }
        let mut excluded = TreeHash::new(suite);
        for person in &self.excluded {
            excluded.push(&canonical(person));
        }
        suite.tagged(
            "frame",
            &[
                &canonical(&self.header),
                &candidates.root().0,
                &excluded.root().0,
            ],
        )
    }

    /// The canonical JSON of a candidate of `class` up to the reference.
    fn leaf_head(&self, class: u32) -> Vec<u8> {
        let mut out = b"{\"caps\":[".to_vec();
        for (index, token) in self
            .classes
            .tokens(class, self.header.caps.len())
            .iter()
            .enumerate()
        {
            if index > 0 {
                out.push(b',');
            }
            match token {
                Some(token) => write_text(token, &mut out),
                None => out.extend_from_slice(b"null"),
            }
        }
        out.extend_from_slice(b"],\"groups\":");
        out.extend_from_slice(&canonical(&self.group_indexes(class)));
        out.extend_from_slice(b",\"ref\":\"");
        out
    }

    /// How many fields [`Frame::serialize_into`] writes.
    pub(crate) const FIELDS: usize = Header::FIELDS + 2;

    pub(crate) fn serialize_into<S: SerializeStruct>(&self, out: &mut S) -> Result<(), S::Error> {
        self.header.serialize_into(out)?;
        out.serialize_field("candidates", &Candidates(self))?;
        out.serialize_field("excluded", &self.excluded)
    }
}

impl PartialEq for Frame {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest && self.header == other.header
    }
}

impl Eq for Frame {}

impl Serialize for Frame {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Frame", Self::FIELDS)?;
        self.serialize_into(&mut out)?;
        out.end()
    }
}

struct Candidates<'a>(&'a Frame);

impl Serialize for Candidates<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_seq(Some(self.0.len()))?;
        for candidate in self.0.candidates() {
            out.serialize_element(&candidate)?;
        }
        out.end()
    }
}

fn check_header(header: &Header) -> Result<(), FrameError> {
    if header.draw.is_empty() {
        return Err(FrameError::NoDraw);
    }
    let attempt = header.attempt;
    if attempt == 0 || (attempt == 1) != (header.previous == Digest::ZERO) {
        return Err(FrameError::Previous { attempt });
    }
    let groups = header.groups.iter().map(|g| g.id.as_str());
    let caps = header.caps.iter().map(|c| c.id.as_str());
    check_names("组别", groups, Header::MOST_GROUPS)?;
    check_names("限额", caps, Header::MOST_CAPS)?;
    check_names(
        "密签方",
        header.parties.iter().map(String::as_str),
        Header::MOST_GROUPS,
    )?;
    if header.parties.is_empty() {
        return Err(FrameError::NoParty);
    }
    if let Some(beacon) = &header.beacon
        && (beacon.source.is_empty() || beacon.round.is_empty())
    {
        return Err(FrameError::EmptyName {
            what: "公开随机源"
        });
    }
    Ok(())
}

fn check_names<'a>(
    what: &'static str,
    names: impl ExactSizeIterator<Item = &'a str>,
    most: usize,
) -> Result<(), FrameError> {
    let count = names.len();
    if count > most {
        return Err(FrameError::TooMany { what, count, most });
    }
    let mut seen = std::collections::HashSet::new();
    for id in names {
        if id.is_empty() {
            return Err(FrameError::EmptyName { what });
        }
        if !seen.insert(id) {
            return Err(FrameError::RepeatedName {
                what,
                id: id.to_owned(),
            });
        }
    }
    Ok(())
}

fn check_sorted(list: &'static str, refs: impl Iterator<Item = Ref>) -> Result<(), FrameError> {
    let mut before: Option<Ref> = None;
    for reference in refs {
        if before.is_some_and(|before| before >= reference) {
            return Err(FrameError::NotSorted { list, reference });
        }
        before = Some(reference);
    }
    Ok(())
}

fn group_set(candidate: &Candidate, groups: usize) -> Result<GroupSet, FrameError> {
    let reference = candidate.reference;
    let mut set = GroupSet::default();
    for &group in &candidate.groups {
        if group as usize >= groups {
            return Err(FrameError::UnknownGroup {
                reference,
                group,
                groups,
            });
        }
        set.insert(group);
    }
    let ascending = candidate.groups.is_sorted_by(|a, b| a < b);
    if candidate.groups.is_empty() || !ascending {
        return Err(FrameError::Groups { reference });
    }
    Ok(set)
}
