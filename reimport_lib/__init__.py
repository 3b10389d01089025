"""Reimport a clinic's FileMaker data into Django: plan, rehearse, apply, prove."""
