/*
 * The functions of PKCS#11 3.2, once, in the order of the function lists.
 *
 * Each list calls F(name, parameters) per function, the parameters with their parentheses:
 *
 *     AZEKURA_PKCS11_FUNCTIONS_2_40(F)    68 functions: CK_FUNCTION_LIST
 *     AZEKURA_PKCS11_FUNCTIONS_3_0(F)     92: the same and 24 more: CK_FUNCTION_LIST_3_0
 *     AZEKURA_PKCS11_FUNCTIONS_3_2(F)    104: the same and 12 more: CK_FUNCTION_LIST_3_2
 *
 * The order is an ABI: append, never reorder. pkcs11.h makes the prototypes, the pointer types
 * CK_C_* and the function lists from it; a module fills its tables from it.
 */
#ifndef AZEKURA_HSM_CRYPTOKI_PKCS11_FUNCTIONS_H_
#define AZEKURA_HSM_CRYPTOKI_PKCS11_FUNCTIONS_H_

#define AZEKURA_PKCS11_FUNCTIONS_2_40(F)                                                           \
  F(C_Initialize, (CK_VOID_PTR pInitArgs))                                                         \
  F(C_Finalize, (CK_VOID_PTR pReserved))                                                           \
  F(C_GetInfo, (CK_INFO_PTR pInfo))                                                                \
  F(C_GetFunctionList, (CK_FUNCTION_LIST_PTR_PTR ppFunctionList))                                  \
  F(C_GetSlotList, (CK_BBOOL tokenPresent, CK_SLOT_ID_PTR pSlotList, CK_ULONG_PTR pulCount))       \
  F(C_GetSlotInfo, (CK_SLOT_ID slotID, CK_SLOT_INFO_PTR pInfo))                                    \
  F(C_GetTokenInfo, (CK_SLOT_ID slotID, CK_TOKEN_INFO_PTR pInfo))                                  \
  F(C_GetMechanismList,                                                                            \
    (CK_SLOT_ID slotID, CK_MECHANISM_TYPE_PTR pMechanismList, CK_ULONG_PTR pulCount))              \
  F(C_GetMechanismInfo, (CK_SLOT_ID slotID, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO_PTR pInfo))  \
  F(C_InitToken,                                                                                   \
    (CK_SLOT_ID slotID, CK_UTF8CHAR_PTR pPin, CK_ULONG ulPinLen, CK_UTF8CHAR_PTR pLabel))          \
  F(C_InitPIN, (CK_SESSION_HANDLE hSession, CK_UTF8CHAR_PTR pPin, CK_ULONG ulPinLen))              \
  F(C_SetPIN, (CK_SESSION_HANDLE hSession, CK_UTF8CHAR_PTR pOldPin, CK_ULONG ulOldLen,             \
               CK_UTF8CHAR_PTR pNewPin, CK_ULONG ulNewLen))                                        \
  F(C_OpenSession, (CK_SLOT_ID slotID, CK_FLAGS flags, CK_VOID_PTR pApplication, CK_NOTIFY Notify, \
                    CK_SESSION_HANDLE_PTR phSession))                                              \
  F(C_CloseSession, (CK_SESSION_HANDLE hSession))                                                  \
  F(C_CloseAllSessions, (CK_SLOT_ID slotID))                                                       \
  F(C_GetSessionInfo, (CK_SESSION_HANDLE hSession, CK_SESSION_INFO_PTR pInfo))                     \
  F(C_GetOperationState,                                                                           \
    (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pOperationState, CK_ULONG_PTR pulOperationStateLen))  \
  F(C_SetOperationState,                                                                           \
    (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pOperationState, CK_ULONG ulOperationStateLen,        \
     CK_OBJECT_HANDLE hEncryptionKey, CK_OBJECT_HANDLE hAuthenticationKey))                        \
  F(C_Login,                                                                                       \
    (CK_SESSION_HANDLE hSession, CK_USER_TYPE userType, CK_UTF8CHAR_PTR pPin, CK_ULONG ulPinLen))  \
  F(C_Logout, (CK_SESSION_HANDLE hSession))                                                        \
  F(C_CreateObject, (CK_SESSION_HANDLE hSession, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount,     \
                     CK_OBJECT_HANDLE_PTR phObject))                                               \
  F(C_CopyObject,                                                                                  \
    (CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hObject, CK_ATTRIBUTE_PTR pTemplate,             \
     CK_ULONG ulCount, CK_OBJECT_HANDLE_PTR phNewObject))                                          \
  F(C_DestroyObject, (CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hObject))                       \
  F(C_GetObjectSize, (CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hObject, CK_ULONG_PTR pulSize)) \
  F(C_GetAttributeValue, (CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hObject,                    \
                          CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount))                           \
  F(C_SetAttributeValue, (CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hObject,                    \
                          CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount))                           \
  F(C_FindObjectsInit, (CK_SESSION_HANDLE hSession, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount)) \
  F(C_FindObjects, (CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE_PTR phObject,                     \
                    CK_ULONG ulMaxObjectCount, CK_ULONG_PTR pulObjectCount))                       \
  F(C_FindObjectsFinal, (CK_SESSION_HANDLE hSession))                                              \
  F(C_EncryptInit,                                                                                 \
    (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey))              \
  F(C_Encrypt, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData, CK_ULONG ulDataLen,                 \
                CK_BYTE_PTR pEncryptedData, CK_ULONG_PTR pulEncryptedDataLen))                     \
  F(C_EncryptUpdate, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pPart, CK_ULONG ulPartLen,           \
                      CK_BYTE_PTR pEncryptedPart, CK_ULONG_PTR pulEncryptedPartLen))               \
  F(C_EncryptFinal, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pLastEncryptedPart,                   \
                     CK_ULONG_PTR pulLastEncryptedPartLen))                                        \
  F(C_DecryptInit,                                                                                 \
    (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey))              \
  F(C_Decrypt, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pEncryptedData,                            \
                CK_ULONG ulEncryptedDataLen, CK_BYTE_PTR pData, CK_ULONG_PTR pulDataLen))          \
  F(C_DecryptUpdate, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pEncryptedPart,                      \
                      CK_ULONG ulEncryptedPartLen, CK_BYTE_PTR pPart, CK_ULONG_PTR pulPartLen))    \
  F(C_DecryptFinal,                                                                                \
    (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pLastPart, CK_ULONG_PTR pulLastPartLen))              \
  F(C_DigestInit, (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism))                       \
  F(C_Digest, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData, CK_ULONG ulDataLen,                  \
               CK_BYTE_PTR pDigest, CK_ULONG_PTR pulDigestLen))                                    \
  F(C_DigestUpdate, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pPart, CK_ULONG ulPartLen))           \
  F(C_DigestKey, (CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hKey))                              \
  F(C_DigestFinal, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pDigest, CK_ULONG_PTR pulDigestLen))   \
  F(C_SignInit, (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey))  \
  F(C_Sign, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData, CK_ULONG ulDataLen,                    \
             CK_BYTE_PTR pSignature, CK_ULONG_PTR pulSignatureLen))                                \
  F(C_SignUpdate, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pPart, CK_ULONG ulPartLen))             \
  F(C_SignFinal,                                                                                   \
    (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pSignature, CK_ULONG_PTR pulSignatureLen))            \
  F(C_SignRecoverInit,                                                                             \
    (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey))              \
  F(C_SignRecover, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData, CK_ULONG ulDataLen,             \
                    CK_BYTE_PTR pSignature, CK_ULONG_PTR pulSignatureLen))                         \
  F(C_VerifyInit,                                                                                  \
    (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey))              \
  F(C_Verify, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData, CK_ULONG ulDataLen,                  \
               CK_BYTE_PTR pSignature, CK_ULONG ulSignatureLen))                                   \
  F(C_VerifyUpdate, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pPart, CK_ULONG ulPartLen))           \
  F(C_VerifyFinal, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pSignature, CK_ULONG ulSignatureLen))  \
  F(C_VerifyRecoverInit,                                                                           \
    (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey))              \
  F(C_VerifyRecover, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pSignature, CK_ULONG ulSignatureLen, \
                      CK_BYTE_PTR pData, CK_ULONG_PTR pulDataLen))                                 \
  F(C_DigestEncryptUpdate, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pPart, CK_ULONG ulPartLen,     \
                            CK_BYTE_PTR pEncryptedPart, CK_ULONG_PTR pulEncryptedPartLen))         \
  F(C_DecryptDigestUpdate,                                                                         \
    (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pEncryptedPart, CK_ULONG ulEncryptedPartLen,          \
     CK_BYTE_PTR pPart, CK_ULONG_PTR pulPartLen))                                                  \
  F(C_SignEncryptUpdate, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pPart, CK_ULONG ulPartLen,       \
                          CK_BYTE_PTR pEncryptedPart, CK_ULONG_PTR pulEncryptedPartLen))           \
  F(C_DecryptVerifyUpdate,                                                                         \
    (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pEncryptedPart, CK_ULONG ulEncryptedPartLen,          \
     CK_BYTE_PTR pPart, CK_ULONG_PTR pulPartLen))                                                  \
  F(C_GenerateKey, (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism,                       \
                    CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount, CK_OBJECT_HANDLE_PTR phKey))     \
  F(C_GenerateKeyPair, (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism,                   \
                        CK_ATTRIBUTE_PTR pPublicKeyTemplate, CK_ULONG ulPublicKeyAttributeCount,   \
                        CK_ATTRIBUTE_PTR pPrivateKeyTemplate, CK_ULONG ulPrivateKeyAttributeCount, \
                        CK_OBJECT_HANDLE_PTR phPublicKey, CK_OBJECT_HANDLE_PTR phPrivateKey))      \
  F(C_WrapKey,                                                                                     \
    (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hWrappingKey,       \
     CK_OBJECT_HANDLE hKey, CK_BYTE_PTR pWrappedKey, CK_ULONG_PTR pulWrappedKeyLen))               \
  F(C_UnwrapKey,                                                                                   \
    (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hUnwrappingKey,     \
     CK_BYTE_PTR pWrappedKey, CK_ULONG ulWrappedKeyLen, CK_ATTRIBUTE_PTR pTemplate,                \
     CK_ULONG ulAttributeCount, CK_OBJECT_HANDLE_PTR phKey))                                       \
  F(C_DeriveKey,                                                                                   \
    (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hBaseKey,           \
     CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulAttributeCount, CK_OBJECT_HANDLE_PTR phKey))           \
  F(C_SeedRandom, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pSeed, CK_ULONG ulSeedLen))             \
  F(C_GenerateRandom, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR RandomData, CK_ULONG ulRandomLen))  \
  F(C_GetFunctionStatus, (CK_SESSION_HANDLE hSession))                                             \
  F(C_CancelFunction, (CK_SESSION_HANDLE hSession))                                                \
  F(C_WaitForSlotEvent, (CK_FLAGS flags, CK_SLOT_ID_PTR pSlot, CK_VOID_PTR pReserved))

#define AZEKURA_PKCS11_FUNCTIONS_3_0(F)                                                            \
  AZEKURA_PKCS11_FUNCTIONS_2_40(F)                                                                 \
  F(C_GetInterfaceList, (CK_INTERFACE_PTR pInterfacesList, CK_ULONG_PTR pulCount))                 \
  F(C_GetInterface, (CK_UTF8CHAR_PTR pInterfaceName, CK_VERSION_PTR pVersion,                      \
                     CK_INTERFACE_PTR_PTR ppInterface, CK_FLAGS flags))                            \
  F(C_LoginUser, (CK_SESSION_HANDLE hSession, CK_USER_TYPE userType, CK_UTF8CHAR_PTR pPin,         \
                  CK_ULONG ulPinLen, CK_UTF8CHAR_PTR pUsername, CK_ULONG ulUsernameLen))           \
  F(C_SessionCancel, (CK_SESSION_HANDLE hSession, CK_FLAGS flags))                                 \
  F(C_MessageEncryptInit,                                                                          \
    (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey))              \
  F(C_EncryptMessage,                                                                              \
    (CK_SESSION_HANDLE hSession, CK_VOID_PTR pParameter, CK_ULONG ulParameterLen,                  \
     CK_BYTE_PTR pAssociatedData, CK_ULONG ulAssociatedDataLen, CK_BYTE_PTR pPlaintext,            \
     CK_ULONG ulPlaintextLen, CK_BYTE_PTR pCiphertext, CK_ULONG_PTR pulCiphertextLen))             \
  F(C_EncryptMessageBegin,                                                                         \
    (CK_SESSION_HANDLE hSession, CK_VOID_PTR pParameter, CK_ULONG ulParameterLen,                  \
     CK_BYTE_PTR pAssociatedData, CK_ULONG ulAssociatedDataLen))                                   \
  F(C_EncryptMessageNext,                                                                          \
    (CK_SESSION_HANDLE hSession, CK_VOID_PTR pParameter, CK_ULONG ulParameterLen,                  \
     CK_BYTE_PTR pPlaintextPart, CK_ULONG ulPlaintextPartLen, CK_BYTE_PTR pCiphertextPart,         \
     CK_ULONG_PTR pulCiphertextPartLen, CK_FLAGS flags))                                           \
  F(C_MessageEncryptFinal, (CK_SESSION_HANDLE hSession))                                           \
  F(C_MessageDecryptInit,                                                                          \
    (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey))              \
  F(C_DecryptMessage,                                                                              \
    (CK_SESSION_HANDLE hSession, CK_VOID_PTR pParameter, CK_ULONG ulParameterLen,                  \
     CK_BYTE_PTR pAssociatedData, CK_ULONG ulAssociatedDataLen, CK_BYTE_PTR pCiphertext,           \
     CK_ULONG ulCiphertextLen, CK_BYTE_PTR pPlaintext, CK_ULONG_PTR pulPlaintextLen))              \
  F(C_DecryptMessageBegin,                                                                         \
    (CK_SESSION_HANDLE hSession, CK_VOID_PTR pParameter, CK_ULONG ulParameterLen,                  \
     CK_BYTE_PTR pAssociatedData, CK_ULONG ulAssociatedDataLen))                                   \
  F(C_DecryptMessageNext,                                                                          \
    (CK_SESSION_HANDLE hSession, CK_VOID_PTR pParameter, CK_ULONG ulParameterLen,                  \
     CK_BYTE_PTR pCiphertextPart, CK_ULONG ulCiphertextPartLen, CK_BYTE_PTR pPlaintextPart,        \
     CK_ULONG_PTR pulPlaintextPartLen, CK_FLAGS flags))                                            \
  F(C_MessageDecryptFinal, (CK_SESSION_HANDLE hSession))                                           \
  F(C_MessageSignInit,                                                                             \
    (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey))              \
  F(C_SignMessage,                                                                                 \
    (CK_SESSION_HANDLE hSession, CK_VOID_PTR pParameter, CK_ULONG ulParameterLen,                  \
     CK_BYTE_PTR pData, CK_ULONG ulDataLen, CK_BYTE_PTR pSignature, CK_ULONG_PTR pulSignatureLen)) \
  F(C_SignMessageBegin,                                                                            \
    (CK_SESSION_HANDLE hSession, CK_VOID_PTR pParameter, CK_ULONG ulParameterLen))                 \
  F(C_SignMessageNext,                                                                             \
    (CK_SESSION_HANDLE hSession, CK_VOID_PTR pParameter, CK_ULONG ulParameterLen,                  \
     CK_BYTE_PTR pData, CK_ULONG ulDataLen, CK_BYTE_PTR pSignature, CK_ULONG_PTR pulSignatureLen)) \
  F(C_MessageSignFinal, (CK_SESSION_HANDLE hSession))                                              \
  F(C_MessageVerifyInit,                                                                           \
    (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey))              \
  F(C_VerifyMessage,                                                                               \
    (CK_SESSION_HANDLE hSession, CK_VOID_PTR pParameter, CK_ULONG ulParameterLen,                  \
     CK_BYTE_PTR pData, CK_ULONG ulDataLen, CK_BYTE_PTR pSignature, CK_ULONG ulSignatureLen))      \
  F(C_VerifyMessageBegin,                                                                          \
    (CK_SESSION_HANDLE hSession, CK_VOID_PTR pParameter, CK_ULONG ulParameterLen))                 \
  F(C_VerifyMessageNext,                                                                           \
    (CK_SESSION_HANDLE hSession, CK_VOID_PTR pParameter, CK_ULONG ulParameterLen,                  \
     CK_BYTE_PTR pData, CK_ULONG ulDataLen, CK_BYTE_PTR pSignature, CK_ULONG ulSignatureLen))      \
  F(C_MessageVerifyFinal, (CK_SESSION_HANDLE hSession))

#define AZEKURA_PKCS11_FUNCTIONS_3_2(F)                                                            \
  AZEKURA_PKCS11_FUNCTIONS_3_0(F)                                                                  \
  F(C_EncapsulateKey,                                                                              \
    (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hPublicKey,         \
     CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulAttributeCount, CK_BYTE_PTR pCiphertext,               \
     CK_ULONG_PTR pulCiphertextLen, CK_OBJECT_HANDLE_PTR phKey))                                   \
  F(C_DecapsulateKey,                                                                              \
    (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hPrivateKey,        \
     CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulAttributeCount, CK_BYTE_PTR pCiphertext,               \
     CK_ULONG ulCiphertextLen, CK_OBJECT_HANDLE_PTR phKey))                                        \
  F(C_VerifySignatureInit,                                                                         \
    (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey,               \
     CK_BYTE_PTR pSignature, CK_ULONG ulSignatureLen))                                             \
  F(C_VerifySignature, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData, CK_ULONG ulDataLen))        \
  F(C_VerifySignatureUpdate, (CK_SESSION_HANDLE hSession, CK_BYTE_PTR pPart, CK_ULONG ulPartLen))  \
  F(C_VerifySignatureFinal, (CK_SESSION_HANDLE hSession))                                          \
  F(C_GetSessionValidationFlags,                                                                   \
    (CK_SESSION_HANDLE hSession, CK_SESSION_VALIDATION_FLAGS_TYPE type, CK_FLAGS_PTR pFlags))      \
  F(C_AsyncComplete,                                                                               \
    (CK_SESSION_HANDLE hSession, CK_UTF8CHAR_PTR pFunctionName, CK_ASYNC_DATA_PTR pResult))        \
  F(C_AsyncGetID, (CK_SESSION_HANDLE hSession, CK_UTF8CHAR_PTR pFunctionName, CK_ULONG_PTR pulID)) \
  F(C_AsyncJoin, (CK_SESSION_HANDLE hSession, CK_UTF8CHAR_PTR pFunctionName, CK_ULONG ulID,        \
                  CK_BYTE_PTR pData, CK_ULONG ulData))                                             \
  F(C_WrapKeyAuthenticated,                                                                        \
    (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hWrappingKey,       \
     CK_OBJECT_HANDLE hKey, CK_BYTE_PTR pAssociatedData, CK_ULONG ulAssociatedDataLen,             \
     CK_BYTE_PTR pWrappedKey, CK_ULONG_PTR pulWrappedKeyLen))                                      \
  F(C_UnwrapKeyAuthenticated,                                                                      \
    (CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hUnwrappingKey,     \
     CK_BYTE_PTR pWrappedKey, CK_ULONG ulWrappedKeyLen, CK_ATTRIBUTE_PTR pTemplate,                \
     CK_ULONG ulAttributeCount, CK_BYTE_PTR pAssociatedData, CK_ULONG ulAssociatedDataLen,         \
     CK_OBJECT_HANDLE_PTR phKey))

#endif /* AZEKURA_HSM_CRYPTOKI_PKCS11_FUNCTIONS_H_ */
