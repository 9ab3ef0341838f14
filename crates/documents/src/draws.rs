//! What a draw leaves on paper: the record anybody can check, and the confirmation of its result.

use jiff::civil::DateTime;

use crate::dates;
use crate::form::{Block, Field, FormView, Size, TableColumn};
use crate::invitations::Standing;

/// 抽取记录.
#[derive(Debug, Clone, Default)]
pub struct DrawRecordSheet {
    /// 专家库
    pub pool: String,
    /// Number of the draw.
    pub number: String,
    /// Whether it counts.
    pub standing: Standing,
    /// Further status words (已过有效期 …).
    pub marks: Vec<String>,
    /// 使用需求: requester, task, time, basis … in the order to print.
    pub task: Vec<Field>,
    /// Groups in the order they were drawn.
    pub groups: Vec<DrawGroup>,
    /// How the frame came about, each step with its count.
    pub funnel: Vec<FunnelStep>,
    /// Parties whose shares made the seed, in order.
    pub parties: Vec<DrawParty>,
    /// 第几次抽取, from 1.
    pub attempt: u32,
    /// Attempts before this one that were declared void.
    pub void_attempts: Vec<VoidAttempt>,
    /// 抽取时间
    pub drawn_at: Option<DateTime>,
    /// Hash suite, e.g. SM3.
    pub suite: String,
    /// Fingerprint of the frame, lower hex.
    pub frame_digest: String,
    /// Seed, lower hex.
    pub seed: String,
    /// Digest of the whole record, lower hex.
    pub record_digest: String,
    /// Seats in the order they were filled.
    pub panel: Vec<PanelSeat>,
    /// 候补, in order.
    pub reserves: Vec<PanelSeat>,
    /// What happened afterwards, in order.
    pub events: Vec<DrawEvent>,
    /// Short code of the ledger checkpoint.
    pub checkpoint: String,
    /// 核验码 and its square code.
    pub verification: Option<Verification>,
    /// Who signs, e.g. 经办人, 复核人, 监督人.
    pub signatures: Vec<String>,
}

/// A group of seats.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrawGroup {
    /// Name.
    pub name: String,
    /// 名额
    pub seats: u32,
    /// 候补人数
    pub reserves: u32,
    /// Conditions in words.
    pub conditions: String,
    /// How many could be drawn for it.
    pub eligible: u32,
}

/// A step of the funnel from everybody in the pool to those who could be drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FunnelStep {
    /// What was left out, or who remains.
    pub label: String,
    /// How many left out at this step; `None` for the first line.
    pub removed: Option<u32>,
    /// How many remain.
    pub left: u32,
    /// Article.
    pub basis: String,
}

/// A party to the seed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrawParty {
    /// Who, e.g. 管理方（职业能力建设科）.
    pub name: String,
    /// Commitment (密签), lower hex.
    pub commitment: String,
    /// Share, lower hex; none while it is not revealed.
    pub share: Option<String>,
}

/// An attempt that does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoidAttempt {
    /// Its number.
    pub number: u32,
    /// When it was declared void.
    pub at: DateTime,
    /// Why.
    pub reason: String,
    /// The two people who decided.
    pub decided_by: String,
    /// Digest of its record, lower hex.
    pub record_digest: String,
}

/// A seat or a place among the reserves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PanelSeat {
    /// Group.
    pub group: String,
    /// Candidate's reference in the record, shortened.
    pub reference: String,
    /// Name, or what stands for it while names are sealed.
    pub name: String,
    /// 所在单位, or empty while sealed.
    pub employer: String,
    /// 已确认, 候补递补 …
    pub state: String,
}

/// An event after the draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawEvent {
    /// When.
    pub at: DateTime,
    /// 不能参加, 未答复, 回避, 请假 …
    pub kind: String,
    /// About whom: reference or name.
    pub who: String,
    /// Who took the seat, or empty.
    pub replacement: String,
    /// Reason or proof.
    pub note: String,
}

/// How a reader checks the paper.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// 核验码
    pub code: String,
    /// Address of the public page.
    pub address: String,
    /// Square code of the address, SVG.
    pub svg: String,
}

impl Verification {
    /// The verification of `code` at `address`.
    ///
    /// # Errors
    /// When the address is too long for a square code.
    pub fn new(
        code: impl Into<String>,
        address: impl Into<String>,
    ) -> Result<Self, qrcode::types::QrError> {
        let address = address.into();
        let svg = crate::qr::svg(&address)?;
        Ok(Verification {
            code: code.into(),
            address,
            svg,
        })
    }

    fn block(&self, checkpoint: &str) -> Block {
        Block::Code {
            svg: self.svg.clone(),
            lines: vec![
                format!("核验码：{}", self.code),
                format!("扫码或打开 {} 核验本记录", self.address),
                format!("留痕校验点：{checkpoint}"),
            ],
        }
    }
}

impl DrawRecordSheet {
    /// The printable record.
    pub fn view(&self) -> FormView {
        let mut blocks = vec![
            heading("一、使用需求"),
            Block::Facts {
                fields: self.task.clone(),
            },
        ];
        blocks.push(table(
            &[
                ("组别", 3.0, true),
                ("名额", 1.0, false),
                ("候补", 1.0, false),
                ("可抽", 1.0, false),
                ("条件", 7.0, true),
            ],
            self.groups.iter().map(|group| {
                vec![
                    group.name.clone(),
                    group.seats.to_string(),
                    group.reserves.to_string(),
                    group.eligible.to_string(),
                    group.conditions.clone(),
                ]
            }),
        ));
        blocks.push(heading("二、候选范围"));
        blocks.push(table(
            &[
                ("步骤", 6.0, true),
                ("减少", 1.5, false),
                ("余下", 1.5, false),
                ("依据", 4.0, true),
            ],
            self.funnel.iter().map(|step| {
                let removed = step
                    .removed
                    .map(|removed| removed.to_string())
                    .unwrap_or_default();
                vec![
                    step.label.clone(),
                    removed,
                    step.left.to_string(),
                    step.basis.clone(),
                ]
            }),
        ));
        blocks.push(heading("三、抽取过程"));
        blocks.push(Block::Facts {
            fields: vec![
                Field::new("抽取次序", format!("第{}次", self.attempt)),
                Field::new(
                    "抽取时间",
                    self.drawn_at.map(dates::long_time).unwrap_or_default(),
                ),
                Field::new("摘要算法", &self.suite),
                Field::new("参与方", format!("{}方", self.parties.len())),
            ],
        });
        blocks.extend(self.void_blocks());
        blocks.push(Block::Digest {
            label: "候选范围指纹".to_owned(),
            hex: self.frame_digest.clone(),
        });
        for party in &self.parties {
            blocks.push(Block::Digest {
                label: format!("{}　密签", party.name),
                hex: party.commitment.clone(),
            });
            match &party.share {
                Some(share) => blocks.push(Block::Digest {
                    label: format!("{}　揭示", party.name),
                    hex: share.clone(),
                }),
                None => blocks.push(Block::Remark {
                    text: format!("{}尚未揭示。", party.name),
                }),
            }
        }
        blocks.push(Block::Digest {
            label: "种子".to_owned(),
            hex: self.seed.clone(),
        });
        blocks.push(heading("四、抽取结果"));
        blocks.push(seats(&self.panel));
        if !self.reserves.is_empty() {
            blocks.push(Block::Remark {
                text: "候补（按递补顺序）".to_owned(),
            });
            blocks.push(seats(&self.reserves));
        }
        blocks.push(heading("五、抽取后的变动"));
        if self.events.is_empty() {
            blocks.push(Block::Paragraph {
                text: "无。".to_owned(),
            });
        } else {
            blocks.push(table(
                &[
                    ("时间", 3.4, false),
                    ("事项", 2.2, false),
                    ("当事人", 2.9, false),
                    ("递补", 2.9, false),
                    ("说明", 4.6, true),
                ],
                self.events.iter().map(|event| {
                    vec![
                        dates::short_time(event.at),
                        event.kind.clone(),
                        event.who.clone(),
                        event.replacement.clone(),
                        event.note.clone(),
                    ]
                }),
            ));
        }
        blocks.push(heading("六、核验"));
        blocks.push(Block::Digest {
            label: "记录摘要".to_owned(),
            hex: self.record_digest.clone(),
        });
        blocks.extend(
            self.verification
                .as_ref()
                .map(|verification| verification.block(&self.checkpoint)),
        );
        blocks.push(Block::Signatures {
            places: self.signatures.clone(),
        });
        let mut marks = self.standing.marks();
        marks.extend(self.marks.iter().cloned());
        FormView {
            title: vec![self.pool.clone(), "专家抽取记录".to_owned()],
            size: Size::Five,
            marks,
            watermark: self.standing.watermark(),
            blocks,
            footer: Some(footer(&self.number, self.verification.as_ref())),
            ..FormView::default()
        }
    }

    fn void_blocks(&self) -> Vec<Block> {
        if self.void_attempts.is_empty() {
            return Vec::new();
        }
        let rows = self.void_attempts.iter().map(|attempt| {
            vec![
                format!("第{}次", attempt.number),
                dates::short_time(attempt.at),
                attempt.reason.clone(),
                attempt.decided_by.clone(),
                short(&attempt.record_digest),
            ]
        });
        vec![
            Block::Remark {
                text: "此前作废的抽取".to_owned(),
            },
            table(
                &[
                    ("次序", 1.6, false),
                    ("作废时间", 3.4, false),
                    ("原因", 4.4, true),
                    ("决定人", 3.2, false),
                    ("记录摘要", 2.8, false),
                ],
                rows,
            ),
        ]
    }
}

fn heading(text: &str) -> Block {
    Block::Heading {
        text: text.to_owned(),
    }
}

/// Columns as head, width and whether their text runs from the left.
fn table(columns: &[(&str, f32, bool)], rows: impl Iterator<Item = Vec<String>>) -> Block {
    let column = |(head, width, left): &(&str, f32, bool)| {
        if *left {
            TableColumn::left(*head, *width)
        } else {
            TableColumn::centre(*head, *width)
        }
    };
    Block::Table {
        columns: columns.iter().map(column).collect(),
        rows: rows.collect(),
        row_height: 7.0,
    }
}

fn seats(seats: &[PanelSeat]) -> Block {
    table(
        &[
            ("序号", 1.1, false),
            ("组别", 2.6, false),
            ("编号", 3.0, false),
            ("姓名", 2.8, false),
            ("所在单位", 4.6, true),
            ("状态", 2.2, false),
        ],
        (1..).zip(seats).map(|(place, seat): (u32, &PanelSeat)| {
            vec![
                place.to_string(),
                seat.group.clone(),
                seat.reference.clone(),
                seat.name.clone(),
                seat.employer.clone(),
                seat.state.clone(),
            ]
        }),
    )
}

/// The first twelve letters of a digest, enough to recognise it by.
fn short(hex: &str) -> String {
    hex.chars().take(12).collect()
}

fn footer(number: &str, verification: Option<&Verification>) -> String {
    match verification {
        Some(verification) => format!("{number}　核验码：{}", verification.code),
        None => number.to_owned(),
    }
}

/// 抽取结果确认表.
#[derive(Debug, Clone, Default)]
pub struct ResultConfirmation {
    /// 专家库
    pub pool: String,
    /// Number of the draw.
    pub number: String,
    /// Whether it counts.
    pub standing: Standing,
    /// Further status words.
    pub marks: Vec<String>,
    /// 使用方, task, time, place ….
    pub task: Vec<Field>,
    /// Experts who take part.
    pub experts: Vec<ConfirmedExpert>,
    /// 第几次抽取, number of top-ups and the like, as sentences.
    pub remarks: Vec<String>,
    /// Short code of the ledger checkpoint.
    pub checkpoint: String,
    /// How to check it.
    pub verification: Option<Verification>,
    /// Who signs.
    pub signatures: Vec<String>,
}

/// An expert on a confirmation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfirmedExpert {
    /// 姓名
    pub name: String,
    /// 组别
    pub group: String,
    /// 所在单位
    pub employer: String,
    /// 职称/技能等级
    pub qualification: String,
    /// 产生方式: 抽取, 补抽, 定向选用.
    pub chosen_by: String,
    /// 答复 with its time.
    pub answer: String,
}

impl ResultConfirmation {
    /// The printable form.
    pub fn view(&self) -> FormView {
        let mut blocks = vec![
            Block::Facts {
                fields: self.task.clone(),
            },
            table(
                &[
                    ("序号", 1.5, false),
                    ("姓名", 2.2, false),
                    ("组别", 3.0, false),
                    ("所在单位", 4.8, true),
                    ("职称/技能等级", 3.4, false),
                    ("产生方式", 2.5, false),
                    ("答复", 4.4, false),
                ],
                (1..)
                    .zip(&self.experts)
                    .map(|(place, expert): (u32, &ConfirmedExpert)| {
                        vec![
                            place.to_string(),
                            expert.name.clone(),
                            expert.group.clone(),
                            expert.employer.clone(),
                            expert.qualification.clone(),
                            expert.chosen_by.clone(),
                            expert.answer.clone(),
                        ]
                    }),
            ),
        ];
        blocks.extend(self.remarks.iter().map(|remark| Block::Paragraph {
            text: remark.clone(),
        }));
        blocks.push(Block::Paragraph {
            text: format!("以上专家共{}名，经确认参加本次工作。", self.experts.len()),
        });
        blocks.extend(
            self.verification
                .as_ref()
                .map(|verification| verification.block(&self.checkpoint)),
        );
        blocks.push(Block::Signatures {
            places: self.signatures.clone(),
        });
        let mut marks = self.standing.marks();
        marks.extend(self.marks.iter().cloned());
        FormView {
            title: vec![self.pool.clone(), "专家抽取结果确认表".to_owned()],
            size: Size::Five,
            marks,
            watermark: self.standing.watermark(),
            blocks,
            footer: Some(footer(&self.number, self.verification.as_ref())),
            ..FormView::default()
        }
    }
}
