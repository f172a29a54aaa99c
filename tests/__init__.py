"""Tests: unit (pure), lab (real engines), e2e (real Prefect)."""
