"""Invented people, collectives and households of the campaign chi-lang-2022. Nobody here exists."""

import district
from sample import Rng, text

COLUMNS = "id,unit,award,kind,name,category,form,votes_for,votes_total,score,prior,reason".split(",")
MEMBERS = 11                    # of the council

SURNAMES = ["Hoàng", "Nông", "Vi", "Lương", "Hứa", "Triệu", "Chu", "Lý", "Đàm", "Nguyễn", "Lộc", "Liễu", "Mông", "Phùng"]
MIDDLE = {"m": ["Văn", "Đức", "Minh", "Quang", "Xuân"], "f": ["Thị", "Thu", "Bích", "Thanh", "Ngọc"]}
GIVEN = {"m": ["An", "Bình", "Cường", "Dũng", "Hải", "Khánh", "Mạnh", "Sơn", "Thắng", "Vượng"],
         "f": ["Duyên", "Giang", "Hạnh", "Huệ", "Liên", "Mai", "Nga", "Phượng", "Thắm", "Xuân"]}
REASONS = {
    "leader": ["Hoàn thành xuất sắc nhiệm vụ lãnh đạo, điều hành", "Đi đầu trong chuyển đổi số ở xã"],
    "worker": ["Có sáng kiến tiết kiệm vật tư", "Hoàn thành xuất sắc nhiệm vụ được giao"],
    "farmer": ["Sản xuất giỏi, giúp 05 hộ thoát nghèo", "Chuyển đổi cây trồng có hiệu quả"],
    "other": ["Tích cực trong phong trào xây dựng nông thôn mới", "Nhiệt tình, trách nhiệm trong phòng, chống dịch"],
}
COLLECTIVES = ["Chi hội Phụ nữ", "Chi hội Nông dân", "Ban công tác Mặt trận", "Chi đoàn", "Tổ COVID cộng đồng"]

# Figures set by hand so that equal ones stand at a cut: {(id, award): (votes for, score x 10)}.
SET = {
    ("N033", "ADVANCED"): (7, 885), ("N044", "ADVANCED"): (7, 885),
    ("T20", "GK-TT"): (9, 745), ("T01", "GK-TT"): (9, 745),
    ("H12", "GK-HO"): (11, 725), ("H11", "GK-HO"): (11, 725),
}


def name(rng):
    sex = rng.pick("mf")
    return f"{rng.pick(SURNAMES)} {rng.pick(MIDDLE[sex])} {rng.pick(GIVEN[sex])}"


def votes_and_score(rng, who, award, fewest, least=140):
    votes, score = rng.between(fewest, MEMBERS), rng.between(least, 198) * 5
    return SET.get((who, award), (votes, score))


def row(who, unit, award, kind, title, category, votes, score, prior, reason, form="regular"):
    cast = ["", ""] if votes is None else [str(votes), str(MEMBERS)]
    return [who, unit, award, kind, title, category, form] + cast + [text(score, 1) if score else "", prior, reason]


def individuals(commune, first):
    """Three of each commune for ADVANCED: a leader, a worker or farmer, someone else; the better ones for FIGHTER too."""
    for i, categories in enumerate([["leader"], ["worker", "farmer"], ["farmer", "worker", "other"]]):
        who = f"N{first + i:03}"
        rng = Rng(district.SEED, "person", who)
        called, category = name(rng), rng.pick(categories)
        reason = rng.pick(REASONS[category])
        prior = rng.pick(["", "LDTT", "LDTT", "LDTT", "LDTT;CSTDCS"])
        votes, score = votes_and_score(rng, who, "ADVANCED", 4)
        yield row(who, commune.code, "ADVANCED", "individual", called, category, votes, score, prior, reason)
        if score >= 820:
            votes, score = votes_and_score(rng, who, "FIGHTER", 7, 168)
            yield row(who, commune.code, "FIGHTER", "individual", called, category, votes, score, prior, reason)


def collective(commune, number):
    who = f"T{number:02}"
    rng = Rng(district.SEED, "collective", who)
    word = "khu" if district.is_town(commune) else "thôn"
    title = f"{rng.pick(COLLECTIVES)} {word} {rng.between(1, commune.villages)}, {commune.name}"
    votes, score = votes_and_score(rng, who, "GK-TT", 5)
    return row(who, commune.code, "GK-TT", "collective", title, "", votes, score, "", "Tập thể tiêu biểu năm 2022", "thematic")


def household(commune, number):
    who = f"H{number:02}"
    rng = Rng(district.SEED, "household", who)
    votes, score = votes_and_score(rng, who, "GK-HO", 4)
    return row(who, commune.code, "GK-HO", "household", "Hộ " + name(rng), "", votes, score, "", "Hộ sản xuất, kinh doanh giỏi")


def spot(people):
    """One who is nominated for nothing else, and one who is: a spot award stands beside the others."""
    farmers = [person for person in people if person[2] == "ADVANCED" and person[5] == "farmer"]
    known = max(farmers, key=lambda person: (int(person[7]), person[9], person[0]))
    yield row("D01", "06478", "SPOT", "individual", "Lý Văn Sơn", "farmer", 11, 0, "", "Cứu hai cháu nhỏ bị nước lũ cuốn", "spot")
    yield row(known[0], known[1], "SPOT", "individual", known[4], known[5], None, 0, known[10],
              "Cùng Nhân dân dập lửa, cứu tài sản nhà văn hóa thôn", "spot")


def nominations(communes):
    people = []
    for number, commune in enumerate(communes.values()):
        people += individuals(commune, 3 * number + 1)
    yield from people
    for number, commune in enumerate(communes.values(), 1):
        yield collective(commune, number)
    for number, commune in enumerate(communes.values(), 1):
        yield household(commune, number)
    yield from spot(people)
