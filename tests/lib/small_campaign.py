"""A district of three communes with two villages each and a large one, D, and a campaign small enough
to reckon with.
"""

from thidua_test import succeeded

CAMPAIGN = "small-2022"
OFFICES = ("A", "B", "C")
LARGE_OFFICE, LARGE_VILLAGES = "D", 360  # in a year it reports more than one submission holds
HEADER = "period,unit,indicator,value,denominator,state,note"

UNITS = "code,name,level,parent\nH,Huyện H,district,\n" + "".join(
    f"{office},Xã {office},commune,H\n" + "".join(f"{office}.{n},Thôn {n},village,{office}\n" for n in (1, 2))
    for office in OFFICES) + f"{LARGE_OFFICE},Xã {LARGE_OFFICE},commune,H\n" + "".join(
    f"{LARGE_OFFICE}.{n},Thôn {n},village,{LARGE_OFFICE}\n" for n in range(1, LARGE_VILLAGES + 1))

RULES = f"""campaign: {CAMPAIGN}
name: Phong trào nhỏ
owner: H
office_level: commune
competitors:
  level: commune
reporting: month
from: 2022-01
to: 2022-12
due_days: 10
indicators:
  - {{code: GRAIN, name: Lương thực, in: tấn, kind: amount, time: flow, reported_by: village, min: 0, max: 5000, target: 100, points: 50}}
  - {{code: INSURED, name: Bảo hiểm, kind: ratio, time: stock, reported_by: village, target: 90, points: 30}}
  - {{code: INCOME, name: Thu nhập, kind: mean, time: stock, reported_by: commune, target: 38.5, points: 10}}
  - {{code: CULTURE, name: Thôn văn hóa, kind: yes_no, time: stock, reported_by: village, target: 100, points: 5}}
  - {{code: SPIRIT, name: Tinh thần, kind: assessed, points: 5}}
"""


def load(stack):
    """Puts units and campaign on record; the files are in stack.top."""
    (stack.top / "units.csv").write_text(UNITS)
    (stack.top / "campaign.yaml").write_text(RULES)
    succeeded(stack.thidua("unit", "load", stack.top / "units.csv"))
    succeeded(stack.thidua("campaign", "load", stack.top / "campaign.yaml"))


def results(stack, name, *rows):
    """A results file of these rows, which may leave their last columns out; its path."""
    path = stack.top / name
    commas = HEADER.count(",")
    path.write_text("\n".join((HEADER, *(row + "," * (commas - row.count(",")) for row in rows))) + "\n")
    return path
