//! Official forms as data: fields, tables, and the grid they are printed in.

use serde::Serialize;

use crate::policy::citation::Citation;
use crate::policy::words::words;

words! {
    /// Where a field of a form takes its value from. Closed vocabulary of the engine.
    Source {
        /// Tick boxes of the channels.
        Channel = "channel", "入库方式";
        /// 姓名
        Name = "name", "姓名";
        /// 性别
        Sex = "sex", "性别";
        /// 出生年月
        BirthMonth = "birth_month", "出生年月";
        /// 身份证号码
        IdentityNumber = "identity_number", "身份证号码";
        /// 通讯地址
        Address = "address", "通讯地址";
        /// 办公电话
        OfficePhone = "office_phone", "办公电话";
        /// 手机
        Mobile = "mobile", "手机";
        /// 电子邮箱
        Email = "email", "电子邮箱";
        /// 现工作单位
        Employer = "employer", "现工作单位";
        /// 职务
        Post = "post", "职务";
        /// 职称/职业资格
        TitleOrSkill = "title_or_skill", "职称/职业资格";
        /// Tick boxes of the kinds of employer.
        EmployerKind = "employer_kind", "工作单位属性";
        /// 专业特长/研究领域
        Expertise = "expertise", "专业特长/研究领域";
        /// The highest honour only.
        HighestHonour = "highest_honour", "获得何荣誉称号";
        /// 专业领域、取得时间及审批机关
        TitleAppointment = "title_appointment", "专业技术职务任职资格";
        /// 最高学历
        HighestEducation = "highest_education", "最高学历";
        /// 工作经历
        Work = "work", "工作经历";
        /// 主要专业工作业绩
        Achievements = "achievements", "主要专业工作业绩";
        /// 照片
        Photo = "photo", "照片";
        /// The batch's unit.
        Unit = "unit", "单位";
        /// Who filled it in.
        FilledBy = "filled_by", "填报人";
        /// Their telephone.
        FillerPhone = "filler_phone", "联系电话";
        /// Day it was filled in.
        FilledOn = "filled_on", "填报日期";
        /// Rows of the batch.
        BatchRows = "batch_rows", "名单";
        /// 序号
        RowNumber = "row_number", "序号";
        /// 职业、专业
        OccupationOrMajor = "occupation_or_major", "职业、专业";
        /// 联系方式
        Contact = "contact", "联系方式";
        /// 起止时间
        Period = "period", "起止时间";
        /// 单位 of a work entry
        WorkEmployer = "work_employer", "工作单位";
        /// 所属行业领域
        Industry = "industry", "所属行业领域";
        /// 从事何专业技术工作
        Duty = "duty", "从事何专业技术工作";
        /// 职务 of a work entry
        WorkPost = "work_post", "职务";
        /// 专业技术工作名称
        AchievementName = "achievement_name", "专业技术工作名称";
        /// 工作内容及本人地位
        AchievementRole = "achievement_role", "工作内容及本人地位";
        /// 完成情况及效果
        AchievementOutcome = "achievement_outcome", "完成情况及效果";
        /// 毕(肄、结)业时间
        GraduatedOn = "graduated_on", "毕(肄、结)业时间";
        /// 学校
        School = "school", "学校";
        /// 专业
        Major = "major", "专业";
        /// 学制
        SchoolYears = "school_years", "学制";
        /// 学位
        Degree = "degree", "学位";
        /// 申报的队伍
        Team = "team", "申报类别";
        /// 学历, the highest
        EducationLevel = "education_level", "学历";
        /// 职称, in one line
        Titles = "titles", "职称";
        /// 职业资格、技能等级, in one line
        Skills = "skills", "职业资格（技能等级）";
        /// The alternative of the conditions the person relies on.
        Branch = "branch", "符合的条件";
        /// 政治面貌
        PoliticalStatus = "political_status", "政治面貌";
        /// 民族
        Ethnicity = "ethnicity", "民族";
        /// 从事职业
        Occupation = "occupation", "从事职业";
        /// Specialties or occupations applied for.
        Specialties = "specialties", "申请的专业";
        /// Level of the skill certificate.
        SkillLevel = "skill_level", "职业资格等级";
        /// Occupation of the skill certificate.
        SkillOccupation = "skill_occupation", "职业资格的职业（工种）";
        /// Level of the title.
        TitleLevel = "title_level", "职称等级";
        /// Field of the title.
        TitleField = "title_field", "职称专业";
        /// 邮编
        Postcode = "postcode", "邮编";
        /// What an applicant ticks of the work they can take on, from a list of the pack.
        Services = "services", "承担任务类型";
        /// Experience in the work of the pool, in the applicant's own words.
        Experience = "experience", "工作经历";
    }
    /// How a field is filled.
    Input {
        /// One line.
        Line = "line", "单行";
        /// Several lines.
        Lines = "lines", "多行";
        /// A day.
        Date = "date", "日期";
        /// A month.
        Month = "month", "年月";
        /// One of some boxes.
        TickOne = "tick_one", "单选";
        /// Any of some boxes.
        TickSeveral = "tick_several", "多选";
        /// Names, each of its own.
        Names = "names", "逐个填写";
        /// A table.
        Table = "table", "表格";
        /// A picture.
        Picture = "picture", "照片";
    }
    /// Who signs or seals.
    SignedBy {
        /// The applicant.
        Applicant = "applicant", "申请人";
        /// The unit.
        Unit = "unit", "单位";
        /// The body that manages the pool.
        Manager = "manager", "管理方";
    }
    /// Sizes of Chinese print.
    FontSize {
        /// 小四, 12 pt
        SmallFour = "小四", "小四";
        /// 四号, 14 pt
        Four = "四号", "四号";
        /// 五号, 10.5 pt
        Five = "五号", "五号";
        /// 三号, 16 pt
        Three = "三号", "三号";
    }
    /// What a form checks of itself.
    FormCheck {
        /// The ticked channel is the application's.
        ChannelMatches = "channel_matches", "勾选的入库方式与申请一致";
        /// Every row's channel is the ticked one.
        RowsChannelMatches = "rows_channel_matches", "名单各行与勾选的方式一致";
        /// Achievements below this level are unusual.
        AchievementLevel = "achievement_level", "业绩填写市级以上即可";
    }
}

impl Source {
    /// What only forms ask and no condition tests: kept as it was answered, in
    /// [`crate::person::Profile::particulars`].
    pub const PARTICULARS: [Self; 6] = [
        Self::PoliticalStatus,
        Self::Ethnicity,
        Self::Occupation,
        Self::Postcode,
        Self::Services,
        Self::Experience,
    ];
}

impl FontSize {
    /// Points, in tenths.
    pub const fn tenth_points(self) -> u16 {
        match self {
            Self::Three => 160,
            Self::Four => 140,
            Self::SmallFour => 120,
            Self::Five => 105,
        }
    }
}

/// 附件 n
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Form {
    /// Id (`annex1`).
    pub id: String,
    /// 附件 1; empty for a form the text names without annexing one.
    pub annex: String,
    /// Lines of the title.
    pub title: Vec<String>,
    /// Typeface the form asks for; substitutes are the printer's business.
    pub font: String,
    /// Its size.
    pub size: FontSize,
    /// Landscape rather than portrait.
    pub landscape: bool,
    /// Fields.
    pub fields: Vec<FormField>,
    /// Lines above the grid, each a list of field ids, printed `label：value`.
    pub above: Vec<Vec<String>>,
    /// The grid, row by row.
    pub rows: Vec<FormRow>,
    /// Width of each grid column in thousandths of the line.
    pub columns: Vec<u16>,
    /// The sentence the applicant signs.
    pub commitment: Option<String>,
    /// Who signs, in order.
    pub signatures: Vec<Signature>,
    /// 填表说明, item by item.
    pub notes: Vec<FormNote>,
    /// Self-checks.
    pub checks: Vec<FormCheckRule>,
    /// Rows that do not fit go on a further sheet with the head repeated.
    pub overflow_sheet: bool,
    /// Where.
    pub citation: Citation,
}

impl Form {
    /// Whether it is about one person, rather than a list of several.
    pub fn is_of_one_person(&self) -> bool {
        let of = |source| self.fields.iter().any(|field| field.source == source);
        of(Source::Name) && !of(Source::BatchRows)
    }
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormField {
    /// Id within the form.
    pub id: String,
    /// As printed.
    pub label: String,
    /// Small print under the label.
    pub hint: Option<String>,
    /// Where the value comes from.
    pub source: Source,
    /// How it is filled.
    pub input: Input,
    /// Without it nothing can be submitted.
    pub required: bool,
    /// Values to tick.
    pub choices: Vec<String>,
    /// At most so many of them, or of names.
    pub at_most: Option<u32>,
    /// What a picture must be.
    pub picture: Option<PictureRules>,
    /// Columns of a table.
    pub columns: Vec<FormColumn>,
    /// Rows a blank table shows; more are allowed.
    pub blank_rows: u16,
}

/// What a picture must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PictureRules {
    /// File formats, lower case (`jpg`).
    pub formats: Vec<String>,
    /// Sizes as (width, height) in millimetres; the shape of one of them is enough.
    pub sizes: Vec<(u32, u32)>,
    /// How far the shape may be off, in hundredths.
    pub tolerance_percent: u32,
}

/// One column of a table in a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormColumn {
    /// As printed.
    pub label: String,
    /// Small print under the label.
    pub hint: Option<String>,
    /// Where the value comes from.
    pub source: Source,
    /// Grid columns it spans.
    pub span: u16,
}

/// One row of the grid: cells from left to right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormRow {
    /// Cells. Spans of a row sum to the number of grid columns.
    pub cells: Vec<FormCell>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormCell {
    /// What it shows.
    pub shows: CellContent,
    /// Grid columns it spans.
    pub span: u16,
    /// Grid rows it covers, its own included.
    pub rows: u16,
}

/// What a cell shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CellContent {
    /// Fixed words, over several fields (职业资格 over 等级 and 职业).
    Heading(String),
    /// The label of a field.
    Label(String),
    /// The value of a field.
    Value(String),
    /// A whole table: its label stands in this cell, merged over head and rows; columns follow.
    Table(String),
    /// The commitment with the applicant's signature.
    Commitment,
    /// A signature block, by index into [`Form::signatures`].
    Signature(u16),
}

/// Who signs or seals where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signature {
    /// As printed (申请人签名, 单位意见).
    pub label: String,
    /// Who.
    pub by: SignedBy,
    /// A seal is needed.
    pub seal: bool,
    /// Words are asked for.
    pub opinion: bool,
    /// The day is asked for.
    pub dated: bool,
}

/// One item of 填表说明.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormNote {
    /// Text.
    pub text: String,
    /// Field it helps with.
    pub field: Option<String>,
}

/// A check a form makes of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormCheckRule {
    /// Which.
    pub check: FormCheck,
    /// How strongly.
    pub force: super::Force,
    /// Rung it compares with.
    pub at_least: Option<super::Rung>,
}

impl Form {
    /// A field by id.
    pub fn field(&self, id: &str) -> Option<&FormField> {
        self.fields.iter().find(|field| field.id == id)
    }
}
