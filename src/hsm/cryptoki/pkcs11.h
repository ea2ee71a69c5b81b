/*
 * PKCS#11 3.2 (Cryptoki) for C and C++: types, structures, constants and the 104 functions, in the
 * standard's spelling. Written for Azekura from the OASIS Standard; Debian's p11-kit stops at 2.40
 * and NSS at 3.0.
 *
 *     pkcs11_constants.h   CKR_, CKA_, CKM_, ...
 *     pkcs11_params.h      the mechanism parameters
 *     pkcs11_functions.h   the functions as lists of (name, parameters), in table order
 *
 * The ABI is that of Linux: CK_ULONG is an unsigned long (8 bytes on 64-bit systems), natural
 * alignment, no packing, the C calling convention. Every type X has a pointer type X_PTR. In a
 * comment, (3.0) or (3.2) is the version that introduced the item.
 */
#ifndef AZEKURA_HSM_CRYPTOKI_PKCS11_H_
#define AZEKURA_HSM_CRYPTOKI_PKCS11_H_

#include "pkcs11_constants.h"
#include "pkcs11_functions.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The macros that the standard lets a platform define. */
#define CK_PTR *
#ifndef NULL_PTR
#define NULL_PTR 0
#endif
#define CK_CALLBACK_FUNCTION(returnType, name) returnType(*name)
#define CK_DECLARE_FUNCTION_POINTER(returnType, name) returnType(*name)
/* Visible, so that a module built with hidden visibility still exports what the standard names. */
#ifndef CK_DECLARE_FUNCTION
#define CK_DECLARE_FUNCTION(returnType, name) __attribute__((visibility("default"))) returnType name
#endif

/* ---- Scalars ---- */

typedef unsigned char CK_BYTE;
typedef CK_BYTE CK_CHAR;
typedef CK_BYTE CK_UTF8CHAR;
typedef CK_BYTE CK_BBOOL;
typedef unsigned long CK_ULONG;
typedef long CK_LONG;
typedef CK_ULONG CK_FLAGS;

typedef CK_BYTE* CK_BYTE_PTR;
typedef CK_CHAR* CK_CHAR_PTR;
typedef CK_UTF8CHAR* CK_UTF8CHAR_PTR;
typedef CK_BBOOL* CK_BBOOL_PTR;
typedef CK_ULONG* CK_ULONG_PTR;
typedef CK_LONG* CK_LONG_PTR;
typedef CK_FLAGS* CK_FLAGS_PTR;
typedef void* CK_VOID_PTR;
typedef CK_VOID_PTR* CK_VOID_PTR_PTR;

typedef CK_ULONG CK_RV;                            /* CKR_* */
typedef CK_ULONG CK_SLOT_ID;                       /* chosen by the module */
typedef CK_ULONG CK_SESSION_HANDLE;                /* chosen by the module, never zero */
typedef CK_ULONG CK_OBJECT_HANDLE;                 /* chosen by the module, never zero */
typedef CK_ULONG CK_NOTIFICATION;                  /* CKN_* */
typedef CK_ULONG CK_USER_TYPE;                     /* CKU_* */
typedef CK_ULONG CK_STATE;                         /* CKS_* */
typedef CK_ULONG CK_OBJECT_CLASS;                  /* CKO_* */
typedef CK_ULONG CK_HW_FEATURE_TYPE;               /* CKH_* */
typedef CK_ULONG CK_PROFILE_ID;                    /* CKP_* (3.0) */
typedef CK_ULONG CK_KEY_TYPE;                      /* CKK_* */
typedef CK_ULONG CK_CERTIFICATE_TYPE;              /* CKC_* */
typedef CK_ULONG CK_CERTIFICATE_CATEGORY;          /* CK_CERTIFICATE_CATEGORY_* */
typedef CK_ULONG CK_JAVA_MIDP_SECURITY_DOMAIN;     /* CK_SECURITY_DOMAIN_* */
typedef CK_ULONG CK_ATTRIBUTE_TYPE;                /* CKA_* */
typedef CK_ULONG CK_MECHANISM_TYPE;                /* CKM_* */
typedef CK_ULONG CK_TRUST;                         /* CKT_* (3.2) */
typedef CK_ULONG CK_SESSION_VALIDATION_FLAGS_TYPE; /* CKS_LAST_VALIDATION_OK (3.2) */
typedef CK_ULONG CK_VALIDATION_TYPE;               /* CKV_TYPE_* (3.2) */
typedef CK_ULONG CK_VALIDATION_AUTHORITY_TYPE;     /* CKV_AUTHORITY_TYPE_* (3.2) */

typedef CK_RV* CK_RV_PTR;
typedef CK_SLOT_ID* CK_SLOT_ID_PTR;
typedef CK_SESSION_HANDLE* CK_SESSION_HANDLE_PTR;
typedef CK_OBJECT_HANDLE* CK_OBJECT_HANDLE_PTR;
typedef CK_NOTIFICATION* CK_NOTIFICATION_PTR;
typedef CK_USER_TYPE* CK_USER_TYPE_PTR;
typedef CK_STATE* CK_STATE_PTR;
typedef CK_OBJECT_CLASS* CK_OBJECT_CLASS_PTR;
typedef CK_HW_FEATURE_TYPE* CK_HW_FEATURE_TYPE_PTR;
typedef CK_PROFILE_ID* CK_PROFILE_ID_PTR;
typedef CK_KEY_TYPE* CK_KEY_TYPE_PTR;
typedef CK_CERTIFICATE_TYPE* CK_CERTIFICATE_TYPE_PTR;
typedef CK_CERTIFICATE_CATEGORY* CK_CERTIFICATE_CATEGORY_PTR;
typedef CK_JAVA_MIDP_SECURITY_DOMAIN* CK_JAVA_MIDP_SECURITY_DOMAIN_PTR;
typedef CK_ATTRIBUTE_TYPE* CK_ATTRIBUTE_TYPE_PTR;
typedef CK_MECHANISM_TYPE* CK_MECHANISM_TYPE_PTR;
typedef CK_TRUST* CK_TRUST_PTR;
typedef CK_SESSION_VALIDATION_FLAGS_TYPE* CK_SESSION_VALIDATION_FLAGS_TYPE_PTR;
typedef CK_VALIDATION_TYPE* CK_VALIDATION_TYPE_PTR;
typedef CK_VALIDATION_AUTHORITY_TYPE* CK_VALIDATION_AUTHORITY_TYPE_PTR;

/* ---- General structures ---- */

/* In texts, a minor version is written in hundredths: {2, 40} is 2.40, {3, 2} is 3.2. */
typedef struct CK_VERSION {
  CK_BYTE major;
  CK_BYTE minor;
} CK_VERSION;
typedef CK_VERSION* CK_VERSION_PTR;

/* Texts here and below are UTF-8, padded with blanks, without a terminating zero. */
typedef struct CK_INFO {
  CK_VERSION cryptokiVersion;
  CK_UTF8CHAR manufacturerID[32];
  CK_FLAGS flags; /* zero */
  CK_UTF8CHAR libraryDescription[32];
  CK_VERSION libraryVersion;
} CK_INFO;
typedef CK_INFO* CK_INFO_PTR;

typedef struct CK_SLOT_INFO {
  CK_UTF8CHAR slotDescription[64];
  CK_UTF8CHAR manufacturerID[32];
  CK_FLAGS flags;
  CK_VERSION hardwareVersion;
  CK_VERSION firmwareVersion;
} CK_SLOT_INFO;
typedef CK_SLOT_INFO* CK_SLOT_INFO_PTR;

/* A count may be CK_UNAVAILABLE_INFORMATION, a maximum also CK_EFFECTIVELY_INFINITE. */
typedef struct CK_TOKEN_INFO {
  CK_UTF8CHAR label[32];
  CK_UTF8CHAR manufacturerID[32];
  CK_UTF8CHAR model[16];
  CK_CHAR serialNumber[16];
  CK_FLAGS flags;
  CK_ULONG ulMaxSessionCount;
  CK_ULONG ulSessionCount;
  CK_ULONG ulMaxRwSessionCount;
  CK_ULONG ulRwSessionCount;
  CK_ULONG ulMaxPinLen;
  CK_ULONG ulMinPinLen;
  CK_ULONG ulTotalPublicMemory;
  CK_ULONG ulFreePublicMemory;
  CK_ULONG ulTotalPrivateMemory;
  CK_ULONG ulFreePrivateMemory;
  CK_VERSION hardwareVersion;
  CK_VERSION firmwareVersion;
  CK_CHAR utcTime[16]; /* YYYYMMDDhhmmss00, with CKF_CLOCK_ON_TOKEN */
} CK_TOKEN_INFO;
typedef CK_TOKEN_INFO* CK_TOKEN_INFO_PTR;

typedef struct CK_SESSION_INFO {
  CK_SLOT_ID slotID;
  CK_STATE state;
  CK_FLAGS flags;
  CK_ULONG ulDeviceError;
} CK_SESSION_INFO;
typedef CK_SESSION_INFO* CK_SESSION_INFO_PTR;

typedef struct CK_ATTRIBUTE {
  CK_ATTRIBUTE_TYPE type;
  CK_VOID_PTR pValue;
  CK_ULONG ulValueLen;
} CK_ATTRIBUTE;
typedef CK_ATTRIBUTE* CK_ATTRIBUTE_PTR;

/* Digits, as text. */
typedef struct CK_DATE {
  CK_CHAR year[4];
  CK_CHAR month[2];
  CK_CHAR day[2];
} CK_DATE;
typedef CK_DATE* CK_DATE_PTR;

typedef struct CK_MECHANISM {
  CK_MECHANISM_TYPE mechanism;
  CK_VOID_PTR pParameter;
  CK_ULONG ulParameterLen;
} CK_MECHANISM;
typedef CK_MECHANISM* CK_MECHANISM_PTR;

/* The unit of the sizes, bits or bytes, depends on the mechanism. */
typedef struct CK_MECHANISM_INFO {
  CK_ULONG ulMinKeySize;
  CK_ULONG ulMaxKeySize;
  CK_FLAGS flags;
} CK_MECHANISM_INFO;
typedef CK_MECHANISM_INFO* CK_MECHANISM_INFO_PTR;

/* What C_AsyncComplete returns (3.2). */
typedef struct CK_ASYNC_DATA {
  CK_ULONG ulVersion;
  CK_BYTE_PTR pValue;
  CK_ULONG ulValue;
  CK_OBJECT_HANDLE hObject;
  CK_OBJECT_HANDLE hAdditionalObject;
} CK_ASYNC_DATA;
typedef CK_ASYNC_DATA* CK_ASYNC_DATA_PTR;

/* ---- Callbacks and initialization ---- */

typedef CK_RV (*CK_NOTIFY)(CK_SESSION_HANDLE hSession, CK_NOTIFICATION event,
                           CK_VOID_PTR pApplication);
typedef CK_RV (*CK_CREATEMUTEX)(CK_VOID_PTR_PTR ppMutex);
typedef CK_RV (*CK_DESTROYMUTEX)(CK_VOID_PTR pMutex);
typedef CK_RV (*CK_LOCKMUTEX)(CK_VOID_PTR pMutex);
typedef CK_RV (*CK_UNLOCKMUTEX)(CK_VOID_PTR pMutex);

/* All four callbacks or none; pReserved is null. */
typedef struct CK_C_INITIALIZE_ARGS {
  CK_CREATEMUTEX CreateMutex;
  CK_DESTROYMUTEX DestroyMutex;
  CK_LOCKMUTEX LockMutex;
  CK_UNLOCKMUTEX UnlockMutex;
  CK_FLAGS flags;
  CK_VOID_PTR pReserved;
} CK_C_INITIALIZE_ARGS;
typedef CK_C_INITIALIZE_ARGS* CK_C_INITIALIZE_ARGS_PTR;

/* pInterfaceName is a zero-terminated text; the standard's interfaces are all named "PKCS 11", and
 * the version at the head of pFunctionList tells which list it is (3.0). */
typedef struct CK_INTERFACE {
  CK_UTF8CHAR_PTR pInterfaceName;
  CK_VOID_PTR pFunctionList;
  CK_FLAGS flags;
} CK_INTERFACE;
typedef CK_INTERFACE* CK_INTERFACE_PTR;
typedef CK_INTERFACE_PTR* CK_INTERFACE_PTR_PTR;

typedef struct CK_FUNCTION_LIST CK_FUNCTION_LIST;
typedef CK_FUNCTION_LIST* CK_FUNCTION_LIST_PTR;
typedef CK_FUNCTION_LIST_PTR* CK_FUNCTION_LIST_PTR_PTR;
typedef struct CK_FUNCTION_LIST_3_0 CK_FUNCTION_LIST_3_0;
typedef CK_FUNCTION_LIST_3_0* CK_FUNCTION_LIST_3_0_PTR;
typedef CK_FUNCTION_LIST_3_0_PTR* CK_FUNCTION_LIST_3_0_PTR_PTR;
typedef struct CK_FUNCTION_LIST_3_2 CK_FUNCTION_LIST_3_2;
typedef CK_FUNCTION_LIST_3_2* CK_FUNCTION_LIST_3_2_PTR;
typedef CK_FUNCTION_LIST_3_2_PTR* CK_FUNCTION_LIST_3_2_PTR_PTR;

#include "pkcs11_params.h"

/* ---- Functions ---- */

/* The prototypes: CK_RV C_Initialize(CK_VOID_PTR pInitArgs); and so on. */
#define AZEKURA_PKCS11_PROTOTYPE(name, parameters) \
  extern CK_DECLARE_FUNCTION(CK_RV, name) parameters;
AZEKURA_PKCS11_FUNCTIONS_3_2(AZEKURA_PKCS11_PROTOTYPE)
#undef AZEKURA_PKCS11_PROTOTYPE

/* The pointer types: CK_C_Initialize and so on. */
#define AZEKURA_PKCS11_POINTER_TYPE(name, parameters) typedef CK_RV(*CK_##name) parameters;
AZEKURA_PKCS11_FUNCTIONS_3_2(AZEKURA_PKCS11_POINTER_TYPE)
#undef AZEKURA_PKCS11_POINTER_TYPE

/* Each list is a structure of its own that begins with its version. */
#define AZEKURA_PKCS11_MEMBER(name, parameters) CK_##name name;
struct CK_FUNCTION_LIST {
  CK_VERSION version;
  AZEKURA_PKCS11_FUNCTIONS_2_40(AZEKURA_PKCS11_MEMBER)
};
struct CK_FUNCTION_LIST_3_0 {
  CK_VERSION version;
  AZEKURA_PKCS11_FUNCTIONS_3_0(AZEKURA_PKCS11_MEMBER)
};
struct CK_FUNCTION_LIST_3_2 {
  CK_VERSION version;
  AZEKURA_PKCS11_FUNCTIONS_3_2(AZEKURA_PKCS11_MEMBER)
};
#undef AZEKURA_PKCS11_MEMBER

#ifdef __cplusplus
}
#endif

#endif /* AZEKURA_HSM_CRYPTOKI_PKCS11_H_ */
