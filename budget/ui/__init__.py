"""What the pages share in Streamlit: language, the round, controls, results, messages."""
