"""Names with their readings, by the years in which they were usual. Paired by hand, so that kana and kanji always belong together."""

from __future__ import annotations

import random


def _pairs(text: str) -> list[tuple[str, str]]:
    words = text.split()
    return list(zip(words[::2], words[1::2], strict=True))


SURNAMES = _pairs(
    "青木 アオキ 赤井 アカイ 秋山 アキヤマ 浅野 アサノ 東 アズマ 安藤 アンドウ 飯田 イイダ 池田 イケダ 石井 イシイ 石川 イシカワ "
    "市川 イチカワ 伊藤 イトウ 井上 イノウエ 今井 イマイ 岩崎 イワサキ 上田 ウエダ 上野 ウエノ 内田 ウチダ 遠藤 エンドウ 大川 オオカワ "
    "大塚 オオツカ 大野 オオノ 岡田 オカダ 小川 オガワ 荻野 オギノ 小野 オノ 片山 カタヤマ 加藤 カトウ 金子 カネコ 川上 カワカミ "
    "川口 カワグチ 菊地 キクチ 北村 キタムラ 木下 キノシタ 木村 キムラ 久保 クボ 栗原 クリハラ 小池 コイケ 後藤 ゴトウ 小林 コバヤシ "
    "小松 コマツ 近藤 コンドウ 斉藤 サイトウ 坂本 サカモト 桜井 サクライ 佐々木 ササキ 佐藤 サトウ 沢田 サワダ 柴田 シバタ 島田 シマダ "
    "清水 シミズ 杉山 スギヤマ 鈴木 スズキ 須藤 ストウ 関根 セキネ 高木 タカギ 高田 タカダ 高橋 タカハシ 竹内 タケウチ 田口 タグチ "
    "武田 タケダ 田中 タナカ 谷口 タニグチ 田村 タムラ 千葉 チバ 土屋 ツチヤ 中川 ナカガワ 中島 ナカジマ 中野 ナカノ 中村 ナカムラ "
    "永井 ナガイ 長尾 ナガオ 成田 ナリタ 新田 ニッタ 西川 ニシカワ 西村 ニシムラ 野口 ノグチ 野村 ノムラ 橋本 ハシモト 長谷川 ハセガワ "
    "服部 ハットリ 浜田 ハマダ 林 ハヤシ 原 ハラ 原田 ハラダ 樋口 ヒグチ 平野 ヒラノ 福田 フクダ 藤井 フジイ 藤田 フジタ "
    "藤原 フジワラ 古川 フルカワ 星野 ホシノ 本田 ホンダ 前田 マエダ 増田 マスダ 松井 マツイ 松田 マツダ 松本 マツモト 丸山 マルヤマ "
    "三浦 ミウラ 水野 ミズノ 宮本 ミヤモト 村上 ムラカミ 村田 ムラタ 森 モリ 森田 モリタ 森本 モリモト 安田 ヤスダ 山口 ヤマグチ "
    "山崎 ヤマザキ 山下 ヤマシタ 山田 ヤマダ 山中 ヤマナカ 山本 ヤマモト 横山 ヨコヤマ 吉田 ヨシダ 吉村 ヨシムラ 和田 ワダ 渡辺 ワタナベ"
)

# From the first year of birth on.
FEMALE = (
    (0, _pairs(
        "キヨ キヨ ハナ ハナ フミ フミ トシ トシ 和子 カズコ 幸子 サチコ 節子 セツコ 洋子 ヨウコ 弘子 ヒロコ 美代子 ミヨコ 千代子 チヨコ "
        "良子 ヨシコ 久子 ヒサコ 芳子 ヨシコ 静子 シズコ 光子 ミツコ 文子 フミコ 昭子 アキコ 信子 ノブコ 愛子 アイコ")),
    (1945, _pairs(
        "和子 カズコ 幸子 サチコ 洋子 ヨウコ 京子 キョウコ 恵子 ケイコ 悦子 エツコ 則子 ノリコ 由美子 ユミコ 裕子 ユウコ 明美 アケミ "
        "久美子 クミコ 真由美 マユミ 直美 ナオミ 典子 ノリコ 智子 トモコ 順子 ジュンコ 敏子 トシコ 律子 リツコ 郁子 イクコ 早苗 サナエ")),
    (1970, _pairs(
        "陽子 ヨウコ 智美 トモミ 恵 メグミ 美穂 ミホ 香織 カオリ 愛 アイ 麻衣 マイ 裕美 ヒロミ 理恵 リエ 亜希子 アキコ 奈緒 ナオ "
        "彩 アヤ 綾子 アヤコ 千尋 チヒロ 舞 マイ 沙織 サオリ 由佳 ユカ 絵美 エミ 真紀 マキ 友美 トモミ")),
    (1990, _pairs(
        "美咲 ミサキ 彩香 アヤカ 萌 モエ 葵 アオイ 七海 ナナミ 遥 ハルカ 優花 ユウカ 桃子 モモコ 未来 ミク 楓 カエデ 千夏 チナツ "
        "莉子 リコ さくら サクラ 玲奈 レナ 明日香 アスカ 結衣 ユイ 菜摘 ナツミ 真央 マオ 凛 リン 琴音 コトネ")),
    (2008, _pairs(
        "陽葵 ヒマリ 結菜 ユナ 咲良 サクラ 紬 ツムギ 芽依 メイ 心春 コハル 杏 アン 莉央 リオ 澪 ミオ 彩葉 イロハ 花 ハナ "
        "美月 ミヅキ 陽菜 ヒナ 詩 ウタ 凪 ナギ 琴葉 コトハ 一花 イチカ 柚希 ユズキ ひかり ヒカリ すみれ スミレ")),
)  # fmt: skip
MALE = (
    (0, _pairs(
        "清 キヨシ 正 タダシ 勇 イサム 茂 シゲル 三郎 サブロウ 昭 アキラ 実 ミノル 弘 ヒロシ 進 ススム 武 タケシ 正雄 マサオ "
        "義雄 ヨシオ 辰男 タツオ 勝 マサル 博 ヒロシ 豊 ユタカ 栄一 エイイチ 信夫 ノブオ 利夫 トシオ 忠 タダシ")),
    (1945, _pairs(
        "誠 マコト 隆 タカシ 修 オサム 浩 ヒロシ 和夫 カズオ 茂樹 シゲキ 明 アキラ 健一 ケンイチ 哲也 テツヤ 幸雄 ユキオ 正人 マサト "
        "秀樹 ヒデキ 剛 ツヨシ 学 マナブ 洋一 ヨウイチ 達也 タツヤ 和彦 カズヒコ 淳 ジュン 徹 トオル 聡 サトシ")),
    (1970, _pairs(
        "健太 ケンタ 大輔 ダイスケ 直樹 ナオキ 拓也 タクヤ 翔太 ショウタ 亮 リョウ 智也 トモヤ 和也 カズヤ 雄一 ユウイチ 崇 タカシ "
        "祐介 ユウスケ 慎吾 シンゴ 洋平 ヨウヘイ 健 ケン 貴之 タカユキ 悟 サトル 純一 ジュンイチ 圭介 ケイスケ 篤 アツシ 英明 ヒデアキ")),
    (1990, _pairs(
        "翔 ショウ 大樹 ダイキ 拓海 タクミ 蓮 レン 颯太 ソウタ 悠斗 ユウト 海斗 カイト 航 ワタル 陸 リク 匠 タクミ 優 ユウ "
        "涼太 リョウタ 光 ヒカル 大地 ダイチ 響 ヒビキ 奏太 ソウタ 隼人 ハヤト 一樹 カズキ 和真 カズマ 樹 イツキ")),
    (2008, _pairs(
        "湊 ミナト 陽翔 ハルト 律 リツ 朝陽 アサヒ 碧 アオ 新 アラタ 蒼 アオイ 樹 イツキ 大和 ヤマト 悠真 ユウマ 陽向 ヒナタ "
        "颯 ハヤテ 暖 ダン 伊織 イオリ 蒼空 ソラ 結斗 ユイト 凪 ナギ 旭 アサヒ 奏 カナデ 岳 ガク")),
)  # fmt: skip

# Country: family name, given names of women, of men; Latin with reading. A reading joins by a blank, family name first.
FOREIGN: dict[str, tuple[list[tuple[str, str]], list[tuple[str, str]], list[tuple[str, str]]]] = {
    "中国": (
        _pairs("WANG オウ LI リ ZHANG チョウ LIU リュウ CHEN チン YANG ヨウ"),
        _pairs("MEILING メイリン XIAOYU シャオユー FANG ファン YUTING ユーティン"),
        _pairs("WEI ウェイ JUN ジュン HAOYU ハオユー LEI レイ"),
    ),
    "ベトナム": (
        _pairs("NGUYEN グエン TRAN チャン LE レ PHAM ファム HOANG ホアン"),
        _pairs("THU トゥー HUONG フオン MAI マイ LINH リン"),
        _pairs("MINH ミン DUC ドゥック QUANG クアン TUAN トゥアン"),
    ),
    "韓国": (
        _pairs("KIM キム LEE イ PARK パク CHOI チェ"),
        _pairs("MINJI ミンジ SOYEON ソヨン JIWOO ジウ YUNA ユナ"),
        _pairs("MINJUN ミンジュン DOYUN ドユン SEOJUN ソジュン JIHO ジホ"),
    ),
    "フィリピン": (
        _pairs("SANTOS サントス REYES レイエス CRUZ クルス GARCIA ガルシア"),
        _pairs("MARIA マリア ANGELA アンヘラ JASMINE ジャスミン GRACE グレース"),
        _pairs("JOSE ホセ MARK マーク PAOLO パオロ RAMON ラモン"),
    ),
    "ブラジル": (
        _pairs("SILVA シルバ SOUZA ソウザ OLIVEIRA オリベイラ TANAKA タナカ"),
        _pairs("ANA アナ JULIA ジュリア BEATRIZ ベアトリス LARISSA ラリッサ"),
        _pairs("LUCAS ルーカス PEDRO ペドロ RAFAEL ラファエル BRUNO ブルーノ"),
    ),
    "ネパール": (
        _pairs("SHRESTHA シュレスタ GURUNG グルン TAMANG タマン RAI ライ"),
        _pairs("SITA シタ ANJALI アンジャリ PUJA プジャ NISHA ニシャ"),
        _pairs("RAM ラム BIKASH ビカス SURESH スレシュ KIRAN キラン"),
    ),
}


def surname(rng: random.Random) -> tuple[str, str]:
    """A family name and its reading."""
    return SURNAMES[int(rng.random() * len(SURNAMES))]


def given(rng: random.Random, sex: str, born: int) -> tuple[str, str]:
    """A given name that was usual in the year of birth, and its reading."""
    table = FEMALE if sex == "female" else MALE
    names = next(names for first, names in reversed(table) if born >= first)
    return names[int(rng.random() * len(names))]


def foreign(rng: random.Random, country: str, sex: str) -> tuple[str, str]:
    """A given name in Latin letters and its reading."""
    _, female, male = FOREIGN[country]
    return rng.choice(female if sex == "female" else male)
