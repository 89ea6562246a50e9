"""The tables behind generate.py: communes, targets, seasons, and the hand-made cases. All SAMPLE DATA but the units.

Codes and names of the communes are those of January 2022; see ../README.md for their source.
"""

import collections

SEED = "chi-lang-2022/1"

# ---- communes

# villages: how many; strength: how well the year goes, in % of the plan; criteria: of the new countryside met in 2021, and
# gained in 2022; road_without_target: km x 100 built where the target is 0; targets: own targets, None = none assigned
# (whole steps, see TARGETS); lean: strength more or less in one indicator.
Commune = collections.namedtuple("Commune", "code name villages strength criteria criteria_gained targets lean "
                                 "road_without_target", defaults=({}, {}, 0))


def is_town(commune):
    return commune.name.startswith("Thị trấn")


# What the launch document of Y Tịch commune sets itself (see ../y-tich-2022).
Y_TICH = {"GRAIN": 19200, "FRUIT": 3000, "FOREST": 1000, "CATTLE": 950, "POULTRY": 28000, "BUDGET": 7400, "INCOME": 385,
          "POOR": 10, "INSURED": 86, "CULTFAM": 93, "CULTURE": 100, "WATER": 98, "ROAD": 200}
TOWN = {"FRUIT": None, "FOREST": None, "ROAD": 0}
EQUAL_POOR = {"POOR": 15}

COMMUNES = [
    Commune("06463", "Thị trấn Đồng Mỏ", 10, 107, 0, 0, TOWN, {}, 120),
    Commune("06466", "Thị trấn Chi Lăng", 9, 100, 0, 0, TOWN, {}, 45),
    Commune("06469", "Xã Vân An", 6, 104, 11, 1),
    Commune("06472", "Xã Vân Thủy", 6, 102, 12, 1, EQUAL_POOR, {"GRAIN": 2}),
    Commune("06475", "Xã Gia Lộc", 7, 102, 15, 1, EQUAL_POOR, {"GRAIN": 2, "INCOME": 2, "ROAD": 2}),
    Commune("06478", "Xã Bắc Thủy", 5, 98, 10, 0),
    Commune("06481", "Xã Chiến Thắng", 8, 107, 14, 2),
    Commune("06484", "Xã Mai Sao", 8, 104, 18, 1),
    Commune("06487", "Xã Bằng Hữu", 7, 100, 12, 1),
    Commune("06490", "Xã Thượng Cường", 7, 97, 13, 1),
    Commune("06493", "Xã Bằng Mạc", 6, 103, 13, 2),
    Commune("06496", "Xã Nhân Lý", 5, 101, 16, 1, {"TRAINED": None}),
    Commune("06499", "Xã Lâm Sơn", 6, 96, 9, 1),
    Commune("06502", "Xã Liên Sơn", 4, 99, 8, 1),
    Commune("06505", "Xã Vạn Linh", 10, 104, 15, 1),
    Commune("06508", "Xã Hòa Bình", 7, 101, 14, 0),
    Commune("06514", "Xã Hữu Kiên", 6, 95, 8, 0),
    Commune("06517", "Xã Quan Sơn", 8, 98, 12, 1),
    Commune("06520", "Xã Y Tịch", 8, 103, 17, 1, Y_TICH),
    Commune("06523", "Xã Chi Lăng", 9, 107, 19, 0, {}, {"NTM": 0}),
]

# The households of the last village make the commune's sum this one; a list gives every village's (Y Tịch's are those of
# its own campaign).
HOUSEHOLDS = {"06472": 650, "06475": 750, "06520": [142, 118, 120, 96, 155, 109, 124, 87]}

# A hamlet that does not report for itself all year: `other` reports for it before `begins` or after `ends`.
Change = collections.namedtuple("Change", "other begins ends valid_from valid_to merged_into")
CHANGES = {
    "06487.06": Change("06487.05", "", "2022-06", "", "2022-06-30", "06487.05"),
    "06505.10": Change("06505.02", "2022-04", "", "2022-04-01", "", ""),
}

# ---- targets

# decimals: of a step; range: of a commune's target in steps, for each 100 households where per_household; None where the
# campaign file has one target for all. of_district: the district's own target; None = the sum of the communes'.
Target = collections.namedtuple("Target", "decimals per_household range of_district")
TARGETS = {
    "GRAIN": Target(1, True, (1700, 2100), None),
    "FRUIT": Target(2, True, (200, 400), None),
    "FOREST": Target(2, True, (150, 900), None),
    "CATTLE": Target(0, True, (80, 140), None),
    "POULTRY": Target(0, True, (2500, 3200), None),
    "BUDGET": Target(2, True, (700, 1100), None),
    "INCOME": Target(1, False, (360, 460), 410),
    "POOR": Target(1, False, (12, 28), 20),
    "INSURED": Target(0, False, (85, 95), 92),
    "CULTURE": Target(0, False, None, 85),
    "CULTFAM": Target(0, False, (86, 93), 90),
    "MALNUT": Target(0, False, None, 14),
    "TRAINED": Target(0, False, (20, 60), None),
    "JOBS": Target(0, False, None, 80),
    "WATER": Target(0, False, None, 95),
    "LATRINE": Target(0, False, None, 85),
    "ROAD": Target(2, False, (100, 300), None),
    "NTM": Target(0, False, None, 18),
    "ONTIME": Target(0, False, None, 98),
    "CASHLESS": Target(0, False, None, 70),
}

# ---- what is reported when

# months: {month: share of the year}; a stock is counted in each of its months.
Amount = collections.namedtuple("Amount", "stock months")
AMOUNTS = {
    "GRAIN": Amount(False, {"01": 0, "05": 15, "06": 30, "10": 35, "11": 20}),
    "FRUIT": Amount(False, {"01": 0, "02": 30, "03": 30, "04": 10, "08": 20, "09": 10}),
    "FOREST": Amount(False, {"01": 0, "03": 25, "04": 30, "05": 25, "06": 15, "07": 5}),
    "CATTLE": Amount(True, {"01": 1, "03": 1, "06": 1, "09": 1, "12": 1}),
    "POULTRY": Amount(True, {"01": 1, "03": 1, "06": 1, "09": 1, "12": 1}),
}

# of: the denominator; percent: what a commune of strength 100 reaches where it has no own target; spread: per mille for
# each point of strength; growth: per mille a month.
Ratio = collections.namedtuple("Ratio", "of months percent spread growth")
EVERY_MONTH = [f"{month:02}" for month in range(1, 13)]
RATIOS = {
    "INSURED": Ratio("people", EVERY_MONTH, 90, 4, 4),
    "CULTFAM": Ratio("households", ["01", "12"], 90, 4, 2),
    "MALNUT": Ratio("children", ["01", "06", "12"], 14, -4, -3),
    "WATER": Ratio("people", ["01", "03", "06", "09", "12"], 95, 5, 3),
    "LATRINE": Ratio("households", ["01", "03", "06", "09", "12"], 85, 7, 4),
}

REVENUE_MONTHS = [6, 5, 8, 8, 9, 10, 7, 8, 9, 9, 10, 11]
ROAD_MONTHS = [0, 1, 3, 4, 4, 2, 0, 1, 2, 4, 5, 3]
COURSES = ["2022-01", "2022-04", "2022-09"]
JOBS_KNOWN = ["2022-01", "2022-06", "2022-12"]
POLICY_PEOPLE = 120
ASSESSED = {"REFORM": 500, "DEFENCE": 300, "EMULATION": 300}        # points x 100
COUNCIL = [("2022-06", "2022-07-22T15:00:00+07:00"), ("2022-12", "2023-01-18T15:00:00+07:00")]

# ---- hand-made cases

# A tie needs equal decreases of poverty: 13 of 650 and 15 of 750 households are both exactly 2 points.
POOR_LESS = {"06472": 13, "06475": 15}
# Points (x 100) that the council gave so that totals come out equal.
VERIFIED = {
    ("06475", "DEFENCE"): 240, ("06475", "EMULATION"): 221,
    ("06505", "REFORM"): 410, ("06505", "DEFENCE"): 200, ("06505", "EMULATION"): 225,
}
# The council never verified these: with count_unverified left at false they stay missing.
NEVER_VERIFIED = {("06499", "EMULATION")}

# kind: what the clerk first wrote instead of the right cell. accepted: when the right one came; None: it never did.
Case = collections.namedtuple("Case", "office period unit indicator kind accepted note")
CASES = [
    Case("06463", "2022-02", "06463.03", "INSURED", "half", "2022-03-15T09:20:11+07:00", "Cộng sót một khu"),
    Case("06466", "2022-03", "06466.02", "CATTLE", "ten times", "2022-04-18T08:02:40+07:00", "Gõ thừa số 0"),
    Case("06469", "2022-05", "06469.01", "GRAIN", "ten times", "2022-06-20T10:41:09+07:00", "Gõ thừa số 0"),
    Case("06469", "2022-05", "06469.04", "GRAIN", "blank", "2022-06-20T10:41:09+07:00", "Bổ sung"),
    Case("06472", "2022-03", "06472.05", "FOREST", "zero", "2022-04-13T14:30:00+07:00", "Rà soát lại diện tích"),
    Case("06475", "2022-06", "06475.02", "WATER", "half", "2022-07-21T09:05:52+07:00", "Cộng sót"),
    Case("06478", "2022-04", "06478", "BUDGET", "ten times", "2022-06-02T16:12:33+07:00", "Nhầm đơn vị tính"),
    Case("06481", "2022-10", "06481.01", "GRAIN", "zero", "2022-11-14T07:55:20+07:00", "Thôn nộp chậm"),
    Case("06484", "2022-12", "06484.04", "INCOME", "blank", "2023-01-13T08:47:01+07:00", "Bổ sung"),
    Case("06487", "2022-09", "06487.03", "POULTRY", "ten times", "2022-10-17T15:22:18+07:00", "Gõ thừa số 0"),
    Case("06493", "2022-06", "06493.06", "INSURED", "half", "2022-07-19T11:00:27+07:00", "Nhập nhầm dòng"),
    Case("06496", "2022-08", "06496", "CASHLESS", "half", "2022-09-22T09:36:44+07:00", "Cập nhật theo bưu điện"),
    Case("06499", "2022-04", "06499.02", "FRUIT", "na", "2022-05-16T13:18:05+07:00", "Thôn có trồng 0,3 ha trở lên"),
    Case("06502", "2022-12", "06502.03", "POOR", "blank", "2023-01-17T08:15:59+07:00", "Chờ kết quả rà soát"),
    Case("06505", "2022-06", "06505.02", "CATTLE", "blank", "2022-07-25T10:10:10+07:00", "Bổ sung"),
    Case("06508", "2022-12", "06508", "REFORM", "zero", "2023-01-12T16:40:00+07:00", "Tự chấm lại"),
    Case("06514", "2022-04", "06514.05", "FOREST", "ten times", "2022-05-11T09:59:03+07:00", "Gõ thừa số 0"),
    Case("06517", "2022-11", "06517.01", "GRAIN", "zero", "2022-12-15T14:25:36+07:00", "Chưa cân xong"),
    Case("06520", "2022-12", "06520.07", "CULTFAM", "half", "2023-01-14T08:30:00+07:00", "Cộng sót"),
    Case("06523", "2022-07", "06523", "ONTIME", "half", "2022-08-16T10:02:14+07:00", "Lấy lại từ phần mềm một cửa"),
    # Left as they are: a blank and a not applicable; too few villages for the coverage of CULTFAM.
    Case("06490", "2022-08", "06490.05", "INSURED", "blank", None, ""),
    Case("06508", "2022-09", "06508.03", "WATER", "na", None, ""),
    Case("06487", "2022-01", "06487.07", "CULTFAM", "blank", None, ""),
    Case("06487", "2022-01", "06487.03", "CULTFAM", "blank", None, ""),
    Case("06487", "2022-01", "06487.01", "CULTFAM", "blank", None, ""),
    Case("06487", "2022-12", "06487.01", "CULTFAM", "blank", None, ""),
    Case("06487", "2022-12", "06487.03", "CULTFAM", "blank", None, ""),
    Case("06487", "2022-12", "06487.07", "CULTFAM", "blank", None, ""),
]

# A cell that should never have been there, and was withdrawn.
Withdrawn = collections.namedtuple("Withdrawn", "office period unit indicator value accepted note")
WITHDRAWN = [
    Withdrawn("06490", "2022-10", "06490.02", "FOREST", "12.5", "2022-11-21T09:12:00+07:00", "Rừng trồng năm 2021"),
]

NEVER_HANDED_IN = [("06478", "2022-05"), ("06514", "2022-01"), ("06514", "2022-07"), ("06514", "2022-08"), ("06514", "2022-12")]

LATE = {
    ("06466", "2022-05"): "2022-06-13T08:21:47+07:00",
    ("06478", "2022-01"): "2022-02-14T16:55:03+07:00",
    ("06478", "2022-06"): "2022-07-19T09:40:26+07:00",
    ("06481", "2022-03"): "2022-04-10T23:59:59+07:00",      # the last second in time
    ("06490", "2022-04"): "2022-05-12T10:30:15+07:00",
    ("06499", "2022-03"): "2022-04-11T00:00:00+07:00",      # the first second late
    ("06499", "2022-09"): "2022-10-18T07:58:31+07:00",
    ("06508", "2022-07"): "2022-08-11T08:00:09+07:00",
    ("06514", "2022-02"): "2022-03-22T15:37:50+07:00",
    ("06514", "2022-10"): "2022-11-25T17:01:12+07:00",
}

# These come with a BOM and CRLF.
FROM_A_SPREADSHEET = {"2022-03-06505", "2022-06-06505", "2022-09-06505", "2022-12-06505"}

ADJUSTMENTS = [
    ["06463", "COMPLAINT", "1", "Công dân khu 4 khiếu kiện đông người, tháng 5/2022"],
    ["06478", "SERIOUS", "1", "Để xảy ra cháy rừng, tháng 3/2022"],
    ["06487", "MODEL", "1", "Mô hình na rải vụ"],
    ["06499", "BREACH", "1", "01 công chức bị khiển trách, Quyết định số 88"],
    ["06505", "LAUREL", "1", "Bằng khen của Ủy ban nhân dân tỉnh"],
    ["06520", "MODEL", "1", "Mô hình liên kết trồng cây thuốc lá"],
    ["06523", "MODEL", "2", "Mô hình du lịch cộng đồng, mô hình camera an ninh"],
    ["06523", "MODEL", "1", "Mô hình thu gom rác thải"],
]

DECISIONS = [
    ["MERIT-UNIT", "06475", "awarded", "Hội đồng bỏ phiếu: 8/11"],
    ["MERIT-UNIT", "06472", "not awarded", "Hội đồng bỏ phiếu: 3/11"],
    ["ADVANCED", "N033", "not awarded", "Hội đồng bỏ phiếu: 4/11"],
    ["ADVANCED", "N044", "awarded", "Hội đồng bỏ phiếu: 7/11"],
]
