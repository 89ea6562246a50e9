"""Random campaign files for generate.py. Everything is text; the numbers behind it are kept in
`Profile`s."""
from fractions import Fraction
from types import SimpleNamespace

from figures import exact, rounded
from gen_tree import chance

NAMES = [
    "Sản lượng lương thực",
    "Giảm tỷ lệ hộ nghèo",
    "Thu ngân sách",
    "Nước sạch, vệ sinh",
    'Danh hiệu "văn hóa"',
    "Bảo hiểm y tế",
    "Trồng rừng",
    "Hồ sơ đúng hạn",
    "Thu nhập bình quân",
    "An ninh trật tự",
]
PERCENT = Fraction(1, 100)


def number(x):
    """A decimal text with at most 4 digits, not above 10^11."""
    return exact(min(rounded(x, 4), Fraction(10**11)))


def between(rng, low, high, decimals=2):
    """A random number of at most that many decimals."""
    unit = 10**decimals
    return Fraction(rng.randint(int(low * unit), int(high * unit)), unit)


def new_profile(rng, theme, shape, size):
    """What the values of an indicator look like. `size`: typical leaf cells behind one
    competing unit."""
    kinds = ["amount", "amount", "ratio", "ratio", "mean", "yes_no"] + ["assessed"] * shape.assessed
    kind = rng.choice(kinds if not theme.ties else ["amount", "yes_no", "yes_no", "ratio"])
    p = SimpleNamespace(
        kind=kind,
        time=rng.choice(["flow", "stock"]) if kind != "yes_no" else "stock",
        measure="level",
        better=rng.choice(["more", "more", "less"]),
        big=False,
        negative=False,
        may_exceed=False,
        coarse=theme.ties,
        fraction=rng.randrange(5),
    )
    if kind == "assessed":
        return p
    if shape.baseline and chance(rng, 30):
        p.measure = rng.choice(["decrease", "increase"])
    p.leaf_level = rng.choice(shape.leaf_levels)
    cells = max(size[p.leaf_level] * (shape.periods if p.time == "flow" else 1), 1)
    p.base = (
        between(rng, 1, 60) if not chance(rng, theme.big) else between(rng, 10**6, 10**11, 4)
    )
    p.big = p.base >= 10**6
    p.negative = kind in ("amount", "mean") and chance(rng, 15)
    p.may_exceed = kind == "ratio" and chance(rng, 20)
    p.rate = rng.randint(50, 98)
    typical = {
        "amount": p.base * cells,
        "ratio": Fraction(p.rate),
        "mean": p.base,
        "yes_no": Fraction(75),
    }[kind]
    p.typical = (
        min(typical, Fraction(10**11))
        if p.measure == "level"
        else typical * rng.randint(2, 20) * PERCENT
    )
    return p


def step_rows(rng, p, most, with_target):
    """Rows that get harder from row to row and give more; on the completion, the value, or both."""
    rows, points = [], most
    kinds = ["from", "value"] if with_target else ["value"]
    kind = rng.choice(kinds)
    at, down = Fraction(rng.choice([100, 100, 95, 110, 120])), rng.randint(3, 25)
    for _ in range(rng.randint(1, 4)):
        share = (200 - at if p.better == "less" else at) * PERCENT
        row = {"from": number(at)} if kind == "from" else {"value": number(p.typical * share)}
        for beyond in ([{"beyond": "true"}] if chance(rng, 25) else []) + [{}]:
            rows.append({**row, "points": number(points), **beyond})
            points = rounded(points * rng.randint(50, 90) * PERCENT, 2)
        at -= down
        if chance(rng, 10):
            kind = rng.choice(kinds)
    if chance(rng, 30):
        rng.shuffle(rows)
    return rows


def bonus(rng, p, m, compares):
    kind = rng.choice(["per", "per", "steps", "per_case"])
    most = number(between(rng, 0, 4, 1) + Fraction(1, 2))
    if kind == "per":
        return {
            "per": rng.choice(["1", "2", "5", "2.5"]),
            "points": rng.choice(["0.2", "0.5", "1", "0.25"]),
            "max": most,
        }
    if kind == "per_case":
        return {
            "per_case": number(rounded(max(2 / (p.typical + 1), Fraction(1, 100)), 2)),
            "max": most,
        }
    return {"steps": step_rows(rng, p, between(rng, 1, 5, 1), compares)}


def indicator(rng, position, theme, shape, size):
    p = new_profile(rng, theme, shape, size)
    code = f"{rng.choice(['I', 'i', 'CT'])}{rng.choice(['', '-', '_', '.'])}{position:02d}"
    m = rng.choice(
        [Fraction(x) for x in ("5", "8", "10", "12.5", "15", "20", "7.25")]
        + ([Fraction(0)] if position > 1 else [])
    )
    given = {
        "code": code,
        "name": rng.choice(NAMES),
        "in": rng.choice(["%", "tấn", "ha"]),
        "kind": p.kind,
        "points": number(m),
    }
    p.code, p.points = code, m
    if p.kind == "assessed":
        p.requirable = False
        return given, p
    given.update({"reported_by": p.leaf_level, "time": p.time, "decimals": str(rng.randrange(5))})
    if p.measure != "level" or chance(rng, 10):
        given["measure"] = p.measure
    if p.better == "less" or chance(rng, 10):
        given["better"] = p.better
    if p.may_exceed:
        given["may_exceed"] = "true"
    p.rule = rng.choice(
        [
            "proportional",
            "proportional",
            "steps",
            "deduct",
            "per_case",
            "linear",
            "leader",
            "all_or_nothing",
        ]
        if not theme.ties
        else ["steps", "all_or_nothing", "all_or_nothing", "deduct"]
    )
    p.target = None
    if chance(rng, 88):
        p.target = (
            rounded(p.typical * rng.randint(60, 130) * PERCENT, rng.choice([0, 2, 4]))
            if not chance(rng, 6)
            else Fraction(0)
        )
        p.target = min(p.target, Fraction(10**11))
        given["target"] = number(p.target)
    against = p.rule in ("proportional", "steps", "deduct", "leader") and chance(rng, 15)
    if against:
        given["score_against"] = number(
            p.typical * rng.randint(80, 150) * PERCENT + Fraction(1, 10)
        )
    rule_fields(rng, given, p, m, p.target is not None or against)
    if chance(rng, 10 if theme.ties else 45):
        given["bonus"] = bonus(rng, p, m, p.target is not None or chance(rng, 20))
    if chance(rng, 20):
        given["coverage_min"] = rng.choice(["50", "66.6666", "75", "80", "100"])
    bounds(rng, given, p)
    p.requirable = p.target is not None
    return given, p


def rule_fields(rng, given, p, m, compares):
    rule = p.rule
    if rule != "proportional" or chance(rng, 20):
        given["rule"] = rule
    if rule == "proportional" and chance(rng, 40):
        given["floor"] = rng.choice(["30", "50", "80", "62.5"])
    elif rule == "steps":
        given["steps"] = step_rows(rng, p, m, compares or chance(rng, 30))
    elif rule == "deduct":
        given["deduct"] = {
            "per": rng.choice(["1", "2", "5", "0.5"]),
            "points": rng.choice(["0.5", "0.25", "1", "0.3"]),
            "count": rng.choice(["exact", "started", "full"]),
        }
    elif rule == "per_case":
        given["per_case"] = {
            "points": number(rounded(max(m / 2 / (p.typical + 1), Fraction(1, 100)), 2))
        }
        if m > 0 and chance(rng, 60):
            given["per_case"]["max"] = number(rounded(m * rng.randint(20, 100) * PERCENT, 2))
    elif rule == "linear":
        given["linear"] = {
            "start": number(p.typical * rng.randint(60, 110) * PERCENT),
            "points": number(rounded(m * rng.randint(30, 80) * PERCENT, 2)),
            "per": number(max(p.typical * 10 * PERCENT, Fraction(1, 10))),
            "add": rng.choice(["0.5", "1", "0.25"]),
        }
    elif rule == "leader" and chance(rng, 60):
        given["leader"] = {"half": str(rng.choice([0, 30, 50, 60, 100]))}


def bounds(rng, given, p):
    """`min` and `max` of the column value, wide enough for what gen_results writes."""
    if p.kind == "yes_no" or p.negative:
        return
    if chance(rng, 30):
        given["min"] = "0"
    if not p.big and chance(rng, 30):
        given["max"] = "100000"


def shuffled(rng, items, most):
    return rng.sample(items, rng.randint(1, min(most, len(items)))) if items else []


def clusters(rng, units):
    """A partition of everything that ever competes."""
    units, found = list(units), []
    rng.shuffle(units)
    count = rng.randint(1, 3)
    for n in range(count):
        members = units[n::count]
        if members:
            found.append(
                {
                    "code": f"C{n + 1}" if chance(rng, 80) else f"c{n}",
                    "name": f"Cụm {n + 1}",
                    "units": members,
                }
            )
    rng.shuffle(found)
    return found


def caps(rng, campaign, profiles):
    codes = [p.code for p in profiles]
    if chance(rng, 35) and len(codes) > 2:
        rng.shuffle(codes)
        cut = rng.randint(1, len(codes) - 1)
        parts = [codes[:cut]] + ([codes[cut:]] if chance(rng, 40) else [])
        total = {p.code: p.points for p in profiles}
        campaign["groups"] = [
            {
                "code": f"G{n}",
                "indicators": part,
                "max": number(
                    rounded(sum(total[c] for c in part) * rng.randint(50, 110) * PERCENT, 2)
                ),
            }
            for n, part in enumerate(parts)
        ]
    if chance(rng, 30):
        campaign["bonus_max"] = number(between(rng, 0, 5, 1))
    if chance(rng, 30):
        campaign["adjust_min"] = number(-between(rng, 0, 3, 2))
    if chance(rng, 30):
        campaign["adjust_max"] = number(between(rng, 0, 2, 2))
    if chance(rng, 60):
        campaign["not_applicable"] = rng.choice(["rescale", "zero", "full"])


def classes(rng, requirable, total):
    found = []
    for code, share in (("A", 85), ("B", 70), ("C", 50)):
        entry = {
            "code": code,
            "name": f"Loại {code}",
            "from": number(rounded(total * (share + rng.randint(-12, 3)) * PERCENT, 2)),
        }
        if requirable and chance(rng, 25):
            entry["requires_met"] = shuffled(rng, requirable, 2)
        if chance(rng, 25):
            entry["min_share"] = str(rng.choice([10, 30, 50, 85]))
        if chance(rng, 25):
            entry["no_zero"] = "true"
        found.append(entry)
    return found


def rules(rng, campaign, profiles, theme):
    """Adjustments, classes, tie-breaks and disqualification."""
    requirable = [p.code for p in profiles if p.requirable]
    total = sum(p.points for p in profiles)
    has_classes = chance(rng, 90)
    catalogue = [
        {"code": "MODEL", "name": "Mô hình mới", "points": "1", "max_times": "2"},
        {"code": "LAUREL", "name": "Được khen", "points": "0.75"},
        {"code": "COMPLAINT", "name": "Khiếu kiện", "points": "-2", "max_times": "3"},
        {"code": "BREACH", "name": "Kỷ luật", "points": "-1.25"},
    ]
    if has_classes:
        campaign["classes"] = classes(rng, requirable, total)
        for entry in catalogue:
            if chance(rng, 30):
                entry["class_at_most"] = rng.choice("BC")
    campaign["adjustments"] = catalogue
    ties = (
        ["met_count", "bonus"]
        + [f"indicator:{p.code}" for p in profiles]
        + (["on_time"] if theme.late else [])
    )
    if chance(rng, 70):
        campaign["tie_break"] = shuffled(rng, ties, 3)
    if theme.late:
        campaign["late"] = {"points": "-0.5"}
        if chance(rng, 50):
            campaign["late"]["max_times"] = str(rng.randint(1, 3))
    disqualify = {}
    if chance(rng, 35):
        disqualify["missing_over"] = str(rng.randint(0, 2))
    if requirable and chance(rng, 25):
        disqualify["not_met"] = shuffled(rng, requirable, 2)
    if chance(rng, 30):
        disqualify["adjustment"] = shuffled(rng, ["COMPLAINT", "BREACH"], 2)
    if disqualify:
        campaign["disqualify"] = disqualify
    campaign["awards"] = awards(rng, requirable, total, has_classes)


def quota(rng, of=None):
    if chance(rng, 45):
        return {"count": str(rng.choice([0, 1, 2, 2, 3, 4, 6]))}
    given = {"percent": rng.choice(["10", "20", "25", "33.3333", "50", "60"])}
    if of:
        given["of"] = of
    if chance(rng, 75):
        given["round"] = rng.choice(["floor", "half_up", "ceil"])
    return given


def awards(rng, requirable, total, has_classes):
    found = []
    for code in ("FLAG", "MERIT", "PRAISE"):
        entry = {"code": code, "name": f"Khen {code}", "to": "unit"}
        if chance(rng, 85):
            entry["quota"] = quota(rng)
        if chance(rng, 30):
            entry["total_min"] = number(rounded(total * rng.randint(40, 80) * PERCENT, 2))
        if chance(rng, 25):
            entry["rank_max"] = str(rng.randint(1, 4))
        if has_classes and chance(rng, 30):
            entry["class_min"] = rng.choice("ABC")
        if requirable and chance(rng, 20):
            entry["requires_met"] = shuffled(rng, requirable, 2)
        found.append(entry)
    for code, to in (
        ("FIGHTER", "individual"),
        ("ADVANCED", "individual"),
        ("TEAM", "collective"),
        ("HOME", "household"),
    ):
        entry = {"code": code, "name": f"Khen {code}", "to": to}
        if chance(rng, 70):
            entry["quota"] = quota(
                rng, "ADVANCED" if code == "FIGHTER" and chance(rng, 60) else None
            )
        if chance(rng, 50):
            entry["votes_min"] = rng.choice(["50", "60", "66.6666", "80"])
        if chance(rng, 40):
            entry["score_min"] = str(rng.choice([70, 85, 90]))
        if chance(rng, 35):
            entry["requires"] = shuffled(rng, ["LDTT", "CSTD"], 2)
        if to == "individual" and chance(rng, 65):
            entry["direct_share_min"] = rng.choice(["0", "30", "40", "50", "50", "66.6666", "100"])
        found.append(entry)
    spot = {"code": "SPOT", "name": "Khen đột xuất", "to": "individual", "form": "spot"}
    found.insert(rng.randint(0, len(found)), spot)
    for entry in found:
        if entry is not spot and chance(rng, 80):
            entry["tie_at_cut"] = rng.choice(["include", "exclude", "council"])
        if entry is not spot and chance(rng, 20):
            entry["form"] = rng.choice(["regular", "thematic"])
    return found
