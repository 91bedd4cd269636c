"""Printed units: what is read, how much of it, and what is left alone."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import normalizer.units
from normalizer.units import code_of, match, table

READ = [
    # cell counts
    ("3", "x10^9/L", "10*9/L", 9), ("1.5", " x 10\\^9/L", "10*9/L", 9), ("100", " x 10⁹ /L", "10*9/L", 9),
    ("0.5", " x 10e9/L", "10*9/L", 9), ("0.5", " x 10E9/L", "10*9/L", 9), ("150", "*10^9/L", "10*9/L", 9),
    ("150", " *10^9/L", "10*9/L", 9), ("1", " × 10(9)/L", "10*9/L", 9), ("1", " 10^9/L", "10*9/L", 9),
    ("50", " × 10³/µL", "10*3/uL", 3), ("50", " X 10^3/uL", "10*3/uL", 3), ("2", " x10^9 cells/L", "10*9/L", 9),
    ("4", " x10**12/L", "10*12/L", 12), ("15", " x 10^6 sperm/mL", "10*6/mL", 6),
    ("1", "x10<sup>9</sup>/L", "10*9/L", 9),
    ("1", "×10^7/kg", "10*7/kg", 7), ("1", "x10^6 cells/kg", "10*6/kg", 6),
    ("1", " x 10^8 CAR+ cells/kg", "10*8/kg", 8),
    ("1", "x10^8 cells", "10*8{cells}", 8), ("2", " x 10^9 cells per liter", "10*9/L", 9),
    ("1500", "/mm3", "/mm3", None), ("1500", " /mm^3", "/mm3", None), ("1500", "/mm³", "/mm3", None),
    ("1500", " cells/µL", "/uL", None), ("1500", " cells/mm3", "/mm3", None), ("100", " K/uL", "10*3/uL", None),
    ("1,000", " cells per cubic millimeter", "/mm3", None), ("500", " per microliter", "/uL", None),
    ("75", " G/L", "10*9/L", None), ("4", " T/L", "10*12/L", None), ("100", " Gpt/L", "10*9/L", None),
    ("10", " million/mL", "10*6/mL", None), ("3", " million cells/kg", "10*6/kg", None),
    ("90", " K/cumm", "10*3/mm3", None),
    ("90", " thousand/mm3", "10*3/mm3", None), ("4", " M/uL", "10*6/uL", None), ("5", "/HPF", "/[HPF]", None),
    ("15", " eosinophils per high-power field", "/[HPF]", None), ("5", " RBC/hpf", "/[HPF]", None),
    ("5", " erythrocytes under high power", "/[HPF]", None),
    # concentrations
    ("9", " g/dL", "g/dL", None), ("9", "g/dl", "g/dL", None), ("9", " gm/dl", "g/dL", None),
    ("9", " G/DL", "g/dL", None),
    ("9", " g%", "g/dL", None), ("90", " g/L", "g/L", None), ("2", " mg/dl", "mg/dL", None),
    ("2", " mg / dL", "mg/dL", None),
    ("2", " milligrams per deciliter", "mg/dL", None), ("2", " mg/100 mL", "mg/dL", None),
    ("177", " µmol/L", "umol/L", None),
    ("177", " μmol/l", "umol/L", None), ("177", " umol / L", "umol/L", None), ("177", " micromol/L", "umol/L", None),
    ("7", " mM", "mmol/L", None), ("10", " ng/ml", "ng/mL", None), ("10", " mcg/L", "ug/L", None),
    ("4", " mEq/L", "meq/L", None),
    ("20", " IU/L", "[iU]/L", None), ("20", " UI/L", "[iU]/L", None), ("20", " U/L", "U/L", None),
    ("20", " units per litre", "U/L", None), ("5", " mIU/mL", "m[iU]/mL", None), ("5", " µIU/mL", "u[iU]/mL", None),
    ("5", " mU/L", "m[iU]/L", None), ("200", " copies/mL", "{copies}/mL", None),
    ("200", " copies per milliliter", "{copies}/mL", None),
    ("200", " HIV-1 RNA copies/mL", "{copies}/mL", None), ("7", " log10 copies/mL", "{log10_copies}/mL", None),
    ("500", " ng/mL FEU", "ng/mL{FEU}", None), ("1", " ukat/L", "ukat/L", None), ("290", " mOsm/kg", "mosm/kg", None),
    ("0.6", " Bethesda units/mL", "[beth'U]/mL", None), ("40", " GPL", "[GPL'U]", None),
    ("9", " mmol l-1", "mmol/L", None),
    # clearances and flows
    ("60", " mL/min/1.73 m2", "mL/min/{1.73_m2}", None), ("60", " ml/min/1.73m²", "mL/min/{1.73_m2}", None),
    ("60", " mL/min per 1.73 m^2", "mL/min/{1.73_m2}", None), ("60", " mL/min*1.73m2", "mL/min/{1.73_m2}", None),
    ("60", " ml/(min·1.73 m2)", "mL/min/{1.73_m2}", None), ("60", " mL·min−1·1.73 m−2", "mL/min/{1.73_m2}", None),
    ("60", " ml/min", "mL/min", None), ("60", " ml/minute", "mL/min", None), ("60", " mL/mn", "mL/min", None),
    ("2", " L/min/m2", "L/min/m2", None), ("20", " mL/hr", "mL/h", None), ("15", " mL/kg/min", "mL/kg/min", None),
    # doses
    ("10", " mg/kg/day", "mg/kg/d", None), ("1", "mg/Kg/d", "mg/kg/d", None), ("5", " mg·kg-1·day-1", "mg/kg/d", None),
    ("30", " mg/kg per day", "mg/kg/d", None), ("2", " mg/(m2.d)", "mg/m2/d", None), ("500", " mg/m2", "mg/m2", None),
    ("500", " mg/m^2", "mg/m2", None), ("2", " mcg/kg/min", "ug/kg/min", None), ("7.5", " mg per day", "mg/d", None),
    ("7.5", " mg/day", "mg/d", None), ("7.5", " mg daily", "mg/d", None), ("7.5", " mg once daily", "mg/d", None),
    ("3", " g a day", "g/d", None), ("3", " g/24h", "g/(24.h)", None), ("3", " g/24 h", "g/(24.h)", None),
    ("3", " grams per 24 hours", "g/(24.h)", None), ("50", " µg", "ug", None), ("50", " mcg", "ug", None),
    ("10", " mg/kg body weight", "mg/kg", None), ("20", " IU/kg/week", "[iU]/kg/wk", None), ("40", " Gy", "Gy", None),
    ("4000", " cGy", "cGy", None), ("10", " mSv", "mSv", None), ("5", " mCi", "mCi", None),
    ("0.5", " U/kg/day", "U/kg/d", None),
    ("30", " mg/g", "mg/g", None), ("3", " mg/mmol", "mg/mmol", None), ("53", " mmol/mol", "mmol/mol", None),
    # time
    ("18", " years", "a", None), ("18", "years", "a", None), ("18", " years old", "a", None),
    ("18", " years of age", "a", None),
    ("18", "-year-old", "a", None), ("18", "yo", "a", None), ("18", " y.o.", "a", None), ("18", " yrs", "a", None),
    ("60", "+ years", "a", None), ("6", " months", "mo", None), ("6", "-month", "mo", None),
    ("6", " Month(s)", "mo", None),
    ("6", " mos", "mo", None), ("12", "w", "wk", None), ("12", "W", "wk", None), ("4", " weeks", "wk", None),
    ("34", " gestational weeks", "wk", None), ("5", " consecutive days", "d", None), ("24", "h", "h", None),
    ("24", " hrs", "h", None),
    ("30", " min", "min", None), ("10", " s", "s", None), ("10", " sec", "s", None), ("450", " msec", "ms", None),
    ("450", " ms", "ms", None), ("5", " half-lives", "{half_life}", None),
    ("5", " elimination half-lives", "{half_life}", None),
    # counts in time
    ("5", " drinks per week", "{drinks}/wk", None), ("10", " cigarettes a day", "{cigarettes}/d", None),
    ("3", " times per week", "/wk", None), ("3", "x/week", "/wk", None), ("8", " stools/day", "/d", None),
    ("4", " migraine attacks per month", "/mo", None), ("6", " puzzling spells per month", "/mo", None),
    ("2", " a week", "/wk", None),
    ("3", " per week", "/wk", None), ("5", " h-1", "/h", None), ("60", " min−1", "/min", None),
    ("28", "D", "d", None), ("20", " hours per week", "h/wk", None), ("20", " pack-years", "{pack}.a", None),
    # others
    ("90", " mmHg", "mm[Hg]", None), ("90", " mm Hg", "mm[Hg]", None), ("5", " cmH2O", "cm[H2O]", None),
    ("30", " kg/m²", "kg/m2", None),
    ("30", " kg/m^2", "kg/m2", None), ("30", " KG/M2", "kg/m2", None), ("30", " kg m-2", "kg/m2", None),
    ("30", " mm/hr", "mm/h", None),
    ("30", " mm/h", "mm/h", None), ("60", " bpm", "{beats}/min", None),
    ("60", " beats per minute", "{beats}/min", None),
    ("20", " breaths/min", "{breaths}/min", None), ("38", " °C", "Cel", None), ("38.5", "C", "Cel", None),
    ("38", " degrees Celsius", "Cel", None), ("100.4", " °F", "[degF]", None), ("100.4", " F", "[degF]", None),
    ("7", "%", "%", None),
    ("7", " percent", "%", None), ("7", " per cent", "%", None), ("90", " degrees", "deg", None),
    ("6.00", " D", "[diop]", None),
    ("40", " dB", "dB", None), ("500", " Hz", "Hz", None), ("0.8", " m/s", "m/s", None), ("4", " METs", "[MET]", None),
    ("95", "th percentile", "{percentile}", None), ("2", " SDs", "{SD}", None), ("3", " Wood units", "[wood'U]", None),
    ("240", " dynes/sec/cm5", "dyn.s/cm5", None), ("1.5", "T", "T", None), ("25", " letters", "{letters}", None),
    ("10", " points", "{score}", None), ("150", " lbs", "[lb_av]", None), ("2", " inches", "[in_i]", None),
    ("2", " cm2", "cm2", None),
]  # fmt: skip


@pytest.mark.parametrize(("number", "rest", "code", "power"), READ)
@pytest.mark.parametrize("after", ["", " and", ")", ".", ", or", "\n"])
def test_printed_units_are_read_whole(number: str, rest: str, code: str, power: int | None, after: str) -> None:
    found = match(number + rest + after, len(number))
    assert found is not None
    assert (found.end, found.code, found.power) == (len(number + rest), code, power)
    assert found.damaged is None
    assert code in table()


@pytest.mark.parametrize(
    ("number", "rest", "code"),
    [
        ("3", "×109/L", "10*9/L"), ("3", " x109/L", "10*9/L"), ("3", " ´ 109/L", "10*9/L"),
        ("3", " x 109 /L", "10*9/L"),
        ("3", " x 109 cells/L", "10*9/L"),
        ("4", " x 1012/L", "10*12/L"), ("50", " x103/µL", "10*3/uL"), ("2", " x 10 9/L", "10*9/L"),
        ("30", "ML/min/1.73m2", "mL/min/{1.73_m2}"), ("30", " mL/min/1.73", "mL/min/{1.73_m2}"), ("3", "M", "mo"),
        ("20", " cm H20", "cm[H2O]"), ("500", " mg/m 2", "mg/m2"), ("5", " ML", "mL"),
    ],
)  # fmt: skip
def test_damaged_print_is_read_and_said(number: str, rest: str, code: str) -> None:
    found = match(f"{number}{rest}, then", len(number))
    assert found is not None
    assert (found.end, found.code) == (len(number + rest), code)
    assert found.damaged


@pytest.mark.parametrize(
    ("number", "rest"),
    [
        ("5", " patients"), ("2", " in"), ("3", " of the"), ("2", " or more"), ("1.5", " times ULN"), ("2", " ULN"),
        ("1.5", " x ULN"),
        ("1", " and"), ("20", "/40"), ("140", "/90 mmHg"), ("3", "D"), ("6", "D"), ("2", " D echo"), ("4", " T cells"),
        ("2", " F"), ("3", " C"),
        ("5", " hpf"), ("12", "-lead"), ("3", " M"), ("18", "-65 years"), ("4", ") of"), ("2", ""),
        ("7", " twice daily"),
        ("3", " A"), ("1", " a"), ("1", " an item"), ("100", " K"), ("5", " drugs"), ("3", " months2"),
        ("3", " mgx"), ("5", "HT3"),
        ("2", " x 10^3 copies/mL"), ("2", " x 10^8 vg/kg"), ("2", " x 10^5 IU/mL"), ("2", " x 109 patients"),
        ("5", " N/A"),
        ("2", " more episodes"), ("1", " and/or 2"), ("2", " lines of therapy"), ("3", " HIV/AIDS"), ("6", "MWT"),
        ("19", "_years"),
    ],
)  # fmt: skip
def test_ordinary_words_and_other_numbers_are_left_alone(number: str, rest: str) -> None:
    assert match(number + rest, len(number)) is None


@pytest.mark.parametrize(
    ("rest", "end"), [(" foo/mL", 7), (" mgA/L", 6), (" drinks/occasion", 16), (" mg/5 mL", 8), (" g/72 h", 7)]
)
def test_clear_units_without_a_code_are_still_printed(rest: str, end: int) -> None:
    found = match("5" + rest, 1)
    assert found is not None
    assert (found.end, found.code) == (1 + end, None)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("(60 ml/min/1.73 m2)", "ml/min/1.73 m2"), ("70 kg/154 lb", "kg"), ("6 months/26 weeks", "months"),
        ("38 °C/100 °F", "°C"),
        ("10 mg twice daily", "mg"), ("24 h-1 week", "h"), ("12 h-18 h", "h"), ("10 mg/kg. Later", "mg/kg"),
        ("30 kg/m2\n* hips", "kg/m2"),
        ("6 months' use", "months"),
        ("2 weeks daily", "weeks"), ("40 mg prednisone/day", "mg"), ("5 mg a dose", "mg"), ("6 min walk", "min"),
    ],
)  # fmt: skip
def test_a_unit_ends_where_it_ends(text: str, printed: str) -> None:
    at = next(i for i, char in enumerate(text) if char.isdigit())
    while text[at].isdigit():
        at += 1
    found = match(text, at)
    assert found is not None
    assert text[found.start : found.end] == printed


@given(st.text(alphabet=st.sampled_from("3 10^9x×/LlmgkdKMG-.µ%²³\\(1.73m2 per day\n⁹*cells"), max_size=40), st.data())
def test_no_text_crashes_the_reader_and_offsets_hold(text: str, data: st.DataObject) -> None:
    pos = data.draw(st.integers(0, len(text)))
    found = match(text, pos)
    if found is not None:
        assert pos <= found.start < found.end <= len(text)
        assert found.code is None or found.code in table()
        assert match(text + " zz", pos) is not None


@given(st.text(max_size=60))
def test_any_unicode_is_survived(text: str) -> None:
    found = match("7" + text, 1)
    assert found is None or found.end <= len(text) + 1


def test_a_long_line_is_read_in_bounded_time() -> None:
    assert match("5 " + "mg/" * 100_000, 1) is not None
    assert match("5" + " " * 100_000, 1) is None
    assert match("5 " + "a" * 100_000, 1) is None


def aliases() -> list[dict[str, str]]:
    path = Path(normalizer.units.__file__).parent / "data" / "aliases.csv"
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


#: Codes that mean something only with a denominator, or inside another code.
PARTS = {
    "{events}",
    "{cells}",
    "[HPF]",
    "[LPF]",
    "kat",
    "{cigarettes}",
    "{cigars}",
    "{packs}",
    "{servings}",
    "{cups}",
    "{doses}",
}


@pytest.mark.parametrize("row", aliases(), ids=lambda row: f"{row['spelling']}:{row['form']}")
def test_every_alias_is_part_of_some_code_in_the_table(row: dict[str, str]) -> None:
    prefix = {
        "": "", "-": "", "milli": "m", "mili": "m", "micro": "u", "nano": "n", "pico": "p", "femto": "f", "kilo": "k",
        "centi": "c", "deci": "d", "mega": "M", "giga": "G", "µ": "u", "μ": "u", "mc": "u",
    }  # fmt: skip
    assert row["source"]
    if row["code"] == "{events}":
        assert code_of(f"{row['spelling']} per week") == "/wk"
        return
    for printed in row["prefixes"].split() or [""]:
        code = prefix.get(printed, printed) + row["code"]
        assert any(
            code == known or code in known.split("/") or known.endswith(code) or known.startswith(code)
            for known in table()
        )


@pytest.mark.parametrize(
    "row",
    [
        r
        for r in aliases()
        if r["form"] in {"fold", "word", "exact"} and r["code"] in table() and r["code"] not in PARTS
    ],
)
def test_every_alias_that_stands_alone_resolves(row: dict[str, str]) -> None:
    printed = row["prefixes"].split()
    for prefix in printed or [""]:
        code = code_of(("" if prefix == "-" else prefix) + row["spelling"])
        assert code in table(), prefix + row["spelling"]


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("x10^9/L", "10*9/L"), ("K/uL", "10*3/uL"), ("years of age", "a"), ("mg per day", "mg/d"),
        ("mg/kg/d", "mg/kg/d"),
        ("°C", "Cel"), ("10*9/L", "10*9/L"), ("C", "Cel"), ("per week", "/wk"), ("kg/m²", "kg/m2"), ("ULN", None),
        ("", None),
        ("patients", None), ("mg patients", None), ("foo/mL", None),
    ],
)  # fmt: skip
def test_code_of_a_whole_unit(printed: str, code: str | None) -> None:
    assert code_of(printed) == code
