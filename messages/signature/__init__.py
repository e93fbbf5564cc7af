"""The signature (电子签名) of a business message: one fixed profile of XML-DSig, verified, trusted and made.

`verify` says whether a certificate's key signed exactly this document; `trust` says whether the certificate
may be believed; `sign` and `template` make signatures. None of them knows who is registered, or for what.
"""
