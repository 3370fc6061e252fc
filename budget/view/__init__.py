"""What a reader sees, without the screen: words, numbers, findings, charts.

Nothing here imports Streamlit; a page, the command line and a printed notice may all use it.
"""
