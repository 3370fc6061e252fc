"""The page to compare with: one slider, one bar chart, one table of 174 rows, nothing else."""

import pandas as pd
import streamlit as st

st.title("reference")
level = st.slider("level", 0.0, 100.0, 50.0, 0.5, key="level")
rows = pd.DataFrame({"centre": [f"C{n:03}" for n in range(174)], "money": level})
rows["money"] = rows["money"] * (1 + rows.index / 174)
st.bar_chart(rows, x="centre", y="money")
st.dataframe(rows)
