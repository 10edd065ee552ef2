"""What units measure: length, mass, temperature, …; units of one dimension fit each other."""

from __future__ import annotations

DIMENSIONS = {
    "length": "mm cm m km µm um nm in inch mil micron ft mi miles Å",
    "mass": "g kg mg t lb oz µg ug",
    "volume": "ml mL l L cl m3 m³ cm3 cc gal nl µl Nm3",
    "area": "m2 m² cm2 mm2 sqft ha",
    "time": "s sec ms min h hr hours d day days weeks y years yr us µs ns mins hrs",
    "temperature": "°C C degC °F F K",
    "force": "N kN mN cN lbf kgf gf N/15mm N/25mm N/cm",
    "pressure": "bar mbar Pa kPa MPa hPa psi ksi GPa N/mm2 N/mm² mmHg Torr",
    "torque": "Nm Ncm Nmm in-lb inlb N·m",
    "rate": "rpm 1/min U/min Hz kHz bpm",
    "speed": "m/min m/s mm/s km/h mph mm/min",
    "flow": "L/min l/min m3/h ml/min L/h l/h gpm cc/min kg/h t/h",
    "voltage": "V mV kV",
    "current": "A mA µA uA nA kA",
    "resistance": "Ω mΩ kΩ MΩ ohm Ohm mOhm",
    "power": "W kW MW mW hp",
    "energy": "J kJ MJ kWh MWh Wh kcal",
    "concentration": "mg/L mg/l g/L g/l ppm ppb µg/L ng/ml mol/L mmol/L mg/dL g/dL mM",
    "share": "% pct percent",
    "money": "€ $ £ EUR USD GBP k€",
    "viscosity": "cP mPas mPa·s Pas cSt mPa*s",
    "hardness": "HRC HV HB HRB Shore ShA IRHD HV10 HBW",
}
UNITS = {unit: name for name, units in DIMENSIONS.items() for unit in units.split()}


def dimension_of(unit: str) -> str | None:
    """Return what a unit measures (`mm` length), or None when that is not known."""
    return UNITS.get(unit)
