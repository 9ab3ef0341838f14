//! The other frames with plausible content: phone, public, print.

use askama::Template;
use web::components::{Moment, Progress, Qr, Status};
use web::form::{Choice, FormState};
use web::layout::Layout;

#[derive(Template)]
#[template(
    source = r##"{% extends "base_phone.html" %}{% import "components/ui.html" as ui %}
{% block dock_room %} docked{% endblock %}
{% block main %}
<div class="lede"><p class="mut">李文涛 专家：</p><h1>邀请您参加评审</h1><p><b class="tr">今天 12:20 前</b>请答复，还有 1 小时 12 分</p></div>
{{ ui::summary(form) }}
<section class="card"><div class="body"><dl class="kv"><dt>评审</dt><dd>养老护理员（四级）培训承办院校遴选</dd><dt>时间</dt><dd><b>11月26日 星期四</b><br>09:00–17:00，请 08:40 前签到</dd><dt>地点</dt><dd>市培训中心 302<br><a href="#map">看地图</a>　<a href="#park">停车说明</a></dd><dt>联系人</dt><dd>周敏　<a href="tel:000012333">拨打电话</a></dd><dt>状态</dt><dd>{{ ui::status(status) }}</dd></dl></div></section>
<form class="mt" method="post" action="/m/invites/1" id="answer" novalidate>{{ ui::picks(form, "recusal", "您与下面单位有需要回避的关系吗？", picks, "任职、兼课、近亲属、近 3 年有经济往来，都算。") }}</form>
<section class="card mt mid"><div class="body stack2"><p class="mut">给现场工作人员扫描，或报 6 位数字</p>{% if let Some(qr) = qr %}{{ ui::qr(qr, "xl") }}{% endif %}<p class="code">482 617</p></div></section>
<section class="mt"><h2>进展</h2><div class="mt1">{{ ui::timeline(moments) }}</div></section>
{% endblock %}
{% block dock %}<div class="dock"><div><button class="btn l" form="answer" name="answer" value="no">不能参加</button><button class="btn l p" form="answer" name="answer" value="yes">接受邀请</button></div></div>{% endblock %}"##,
    ext = "html"
)]
pub(crate) struct Phone {
    pub(crate) layout: Layout,
    pub(crate) form: FormState,
    pub(crate) status: Status,
    pub(crate) picks: Vec<Choice>,
    pub(crate) qr: Option<Qr>,
    pub(crate) moments: Vec<Moment>,
}

pub(crate) fn phone(layout: Layout) -> Phone {
    let mut form = FormState::blank();
    form.reject("recusal", "请选择是否需要回避。");
    Phone {
        layout: layout.judged(&form),
        form,
        status: Status::waiting("待答复，剩 1 小时 12 分"),
        picks: vec![
            Choice::new("none", "没有").detail("我承诺以上属实，并对评审内容保密"),
            Choice::new("some", "有，需要回避").detail("下一步选择单位和原因"),
        ],
        qr: Qr::new("https://zjk.example.gov.cn/m/checkin/482617", "签到二维码"),
        moments: vec![
            Moment {
                time: "11月23日 11:08".into(),
                text: "您接受了邀请".into(),
                link: None,
                progress: Progress::Done,
            },
            Moment {
                time: "11月26日".into(),
                text: "到场签到".into(),
                link: None,
                progress: Progress::Now,
            },
            Moment {
                time: "12月10日前".into(),
                text: "劳务费到账".into(),
                link: None,
                progress: Progress::Ahead,
            },
        ],
    }
}

#[derive(Template)]
#[template(
    source = r##"{% extends "base_print.html" %}
{% block paper %}<link rel="stylesheet" href="{{ web::assets::path("landscape.css") }}">{% endblock %}
{% block main %}
<div class="head np"><div><h1>发放表 FF-2026-11-03</h1><p>2 人 应发 3,200.00 元，与签到记录一致</p></div><div class="row"><button class="btn p js" data-print hidden>打印</button></div></div>
<div class="scroll" tabindex="0" role="group" aria-label="发放表"><div class="doc wide"><h1>专家劳务费发放表</h1><p class="line"><span>编号：FF-2026-11-03</span><span>评审：养老护理员（四级）培训承办院校遴选</span><span>2026年11月27日</span></p>
<table><thead><tr><th>序号</th><th>姓名</th><th>证件号码</th><th>应发（元）</th><th>代扣个税（元）</th><th>实发（元）</th><th class="sign">签字</th></tr></thead><tbody><tr><td>1</td><td>王淑芬</td><td>430***********0026</td><td class="r">1,600.00</td><td class="r">160.00</td><td class="r">1,440.00</td><td></td></tr><tr><td colspan="7" class="l">实发合计（大写）：人民币壹仟肆佰肆拾元整</td></tr></tbody></table>
<p class="line end"><span>经办人：</span><span>复核人：</span><span>分管领导：</span><span class="gap"></span></p></div></div>
{% endblock %}"##,
    ext = "html"
)]
pub(crate) struct Sheet {
    pub(crate) layout: Layout,
}
