//! What invented people and organisations are made of. All combinations are fictitious.

/// Surnames in tiers: the first is drawn most often. Some common in 广东 stand higher than elsewhere.
pub(super) const SURNAMES: [(&str, u64); 4] = [
    ("陈黄李林王张梁刘", 45),
    ("何罗邓谢曾叶吴周杨朱徐胡郭冯", 33),
    ("区冼关麦谭伍余钟卢蔡潘苏吕叶彭袁许江高马孙赵", 18),
    ("单解仇翟覃查盖任华缪牟薄尹温阮甘莫简岑", 4),
];

/// Compound surnames.
pub(super) const COMPOUND: [&str; 8] = [
    "欧阳", "司徒", "上官", "诸葛", "尉迟", "令狐", "皇甫", "司马",
];

/// Given-name characters of men born before 1970, before 1985, later; then of women.
pub(super) const GIVEN: [[&str; 3]; 2] = [
    [
        "国建志明永福华金德荣庆忠平文光祥生贵才成",
        "军勇强伟斌辉峰涛刚志海波鹏健东林超宏兵毅",
        "杰浩宇翔俊凯嘉轩博文哲瑞晨泽铭航睿子昊轶",
    ],
    [
        "秀英兰玉珍桂凤芳梅莲香琴惠爱月淑菊清霞云",
        "丽敏静燕艳红娟玲萍莉群慧琳洁颖倩晓雪虹蓉",
        "婷欣怡诗雨佳雯思琪嘉颖梦梓萱悦彤可韵瑶宁",
    ],
];

/// 字号 of enterprises.
pub(super) const BRANDS: [&str; 12] = [
    "启明", "恒远", "华岭", "云帆", "合泰", "嘉禾", "致远", "新禾", "博汇", "联创", "长青", "晨光",
];

/// 行业 of enterprises, with the industry as forms name it.
pub(super) const TRADES: [(&str, &str); 7] = [
    ("机电设备", "制造业"),
    ("智能制造", "制造业"),
    ("电子科技", "制造业"),
    ("餐饮管理", "住宿和餐饮业"),
    ("家政服务", "居民服务业"),
    ("汽车维修", "居民服务业"),
    ("信息技术", "信息传输、软件和信息技术服务业"),
];

/// Schools and public bodies: ending of the name, 单位属性, first digits of the credit code.
pub(super) const SCHOOLS: [(&str, &str, &str); 6] = [
    ("技师学院", "技工院校", "12"),
    ("高级技工学校", "技工院校", "12"),
    ("职业技术学院", "高职院校", "12"),
    ("理工学院", "本科院校", "12"),
    ("职业培训学校", "民办培训机构", "52"),
    ("职业技能评价协会", "社会团体", "51"),
];

/// What somebody works in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    /// 职业(工种)
    pub(super) occupation: &'static str,
    /// 专业
    pub(super) subject: &'static str,
    /// Name of the 中级 title in an enterprise; schools give 讲师.
    pub(super) title: &'static str,
    /// 行业 of the enterprises that employ such people.
    pub(super) trades: &'static [&'static str],
}

const fn field(
    occupation: &'static str,
    subject: &'static str,
    title: &'static str,
    trades: &'static [&'static str],
) -> Field {
    Field {
        occupation,
        subject,
        title,
        trades,
    }
}

const WORKSHOPS: &[&str] = &["机电设备", "智能制造", "电子科技"];

/// Fields of work.
pub(super) const FIELDS: [Field; 12] = [
    field("车工", "机械加工", "工程师", WORKSHOPS),
    field("焊工", "焊接技术", "工程师", WORKSHOPS),
    field("电工", "电气技术", "工程师", WORKSHOPS),
    field("装配钳工", "设备装配与维护", "工程师", WORKSHOPS),
    field("汽车维修工", "汽车维修", "工程师", &["汽车维修"]),
    field("中式烹调师", "烹饪工艺", "经济师", &["餐饮管理"]),
    field("中式面点师", "面点工艺", "经济师", &["餐饮管理"]),
    field("养老护理员", "养老照护", "经济师", &["家政服务"]),
    field("保育师", "婴幼儿照护", "经济师", &["家政服务"]),
    field("美容师", "美容美发", "经济师", &["家政服务"]),
    field(
        "企业人力资源管理师",
        "人力资源管理",
        "经济师",
        &["信息技术", "电子科技"],
    ),
    field("计算机程序设计员", "软件开发", "工程师", &["信息技术"]),
];

/// 职务 in an enterprise, then in a school or association.
pub(super) const POSTS: [[&str; 4]; 2] = [
    ["技术主管", "部门负责人", "培训主管", "车间主任"],
    ["教师", "教研室主任", "实训中心主任", "系主任"],
];
