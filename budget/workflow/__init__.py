"""The round: people, requests, scenarios, publication; every verb checks who asks."""
