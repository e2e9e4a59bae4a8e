"""Encryption: the ciphers, the key derivation functions and the recovery keys.

`sealing` is the only module of the device that imports a cipher for use.
"""
