"""The three charts in Streamlit."""

import sys
from pathlib import Path

import plotly.express as px
import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from benchmarks.beside.plain import SQL, numbers, sectors

sector = st.radio("sector", sectors(), format_func=lambda each: each or "all")
for chart in SQL:
    st.plotly_chart(px.bar(numbers(chart, sector), x="label", y="value", title=chart), key=chart)
